#pragma once
#include <libxml/xmlversion.h>
// Debian's libxml2 converts with the system's ICU, whose headers contradict those of the ICU in Foundation. We
// use none of what they declare.
#undef LIBXML_ICU_ENABLED
#include <libxml/parser.h>
