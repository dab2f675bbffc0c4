// SPDX-License-Identifier: GPL-2.0-or-later
// Boost.JSON without its shared library.
#include <boost/json/src.hpp>
