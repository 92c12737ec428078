#pragma once
#include "peers.h"
#include "search.h"
