// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/tablerow.h"

// Modules that change bodies and header fields.

namespace portlight::directivetable {

namespace {

// One row a directive.
// clang-format off
constexpr DirectiveSpec Rows[] = {
    {"add_after_body", H | S | L, 1, 1, Text, Array, NotYet, {}, "bodies are not added to yet", true},
    {"add_before_body", H | S | L, 1, 1, Text, Array, NotYet, {}, "bodies are not added to yet", true},
    {"add_header", H | S | L | LI, 2, 3, Text, Array, Runs, {}, "", true},
    {"add_header_inherit", H | S | L | LI, 1, 1, Enumeration, Value, Runs, only<"on">, "", false, "off on merge", {1,
     29, 3}},
    {"add_trailer", H | S | L | LI, 2, 3, Text, Array, Runs, {}, "", true, nullptr, {1, 13, 2}},
    {"add_trailer_inherit", H | S | L | LI, 1, 1, Enumeration, Value, Runs, only<"on">, "", false, "off on merge", {1,
     29, 3}},
    {"addition_types", H | S | L, 1, -1, Text, Value, NotYet, only<"text/html">, "bodies are not added to yet", true,
     nullptr, {0, 7, 9}},
    {"charset", H | S | L | LI, 1, 1, Text, Value, NotYet, only<"off">, "character sets are not converted yet", false},
    {"charset_map", H, 2, 2, Block, None, NotYet, {}, "character sets are not converted yet", true},
    {"charset_types", H | S | L, 1, -1, Text, Value, NotYet,
     only<"text/html text/xml text/plain text/vnd.wap.wml application/javascript application/rss+xml">,
     "character sets are not converted yet", true, nullptr, {0, 7, 9}},
    {"expires", H | S | L | LI, 1, 2, Text, Value, Runs, only<"off">, "", false},
    {"gunzip", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "answers are not decompressed yet", false},
    {"gunzip_buffers", H | S | L, 2, 2, Text, Value, NotYet, only<"32 4k">, "answers are not decompressed yet", false},
    {"gzip", H | S | L | LI, 1, 1, Flag, Value, NotYet, only<"off">, "answers are not compressed yet", false},
    {"gzip_buffers", H | S | L, 2, 2, Text, Value, NotYet, only<"32 4k">, "answers are not compressed yet", false},
    {"gzip_comp_level", H | S | L, 1, 1, Number, Value, NotYet, only<"1">, "answers are not compressed yet", false},
    {"gzip_hash", H | S | L, 1, 1, Size, Value, NotYet, {}, "answers are not compressed yet", false},
    {"gzip_min_length", H | S | L, 1, 1, Size, Value, NotYet, only<"20">, "answers are not compressed yet", false},
    {"gzip_no_buffer", H | S | L, 1, 1, Flag, Value, NotYet, {}, "answers are not compressed yet", false},
    {"gzip_static", H | S | L, 1, 1, Enumeration, Value, NotYet, only<"off">, "answers are not compressed yet", false,
     "off on always"},
    {"gzip_types", H | S | L, 1, -1, Text, Value, NotYet, only<"text/html">, "answers are not compressed yet", true},
    {"gzip_window", H | S | L, 1, 1, Size, Value, NotYet, {}, "answers are not compressed yet", false},
    {"image_filter", L, 1, 3, Text, None, NotYet, only<"off">, "images are not processed", true},
    {"image_filter_buffer", H | S | L, 1, 1, Size, Value, NotYet, only<"1M">, "images are not processed", false},
    {"image_filter_interlace", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "images are not processed", false,
     nullptr, {1, 3, 15}},
    {"image_filter_jpeg_quality", H | S | L, 1, 1, Text, Value, NotYet, only<"75">, "images are not processed", true},
    {"image_filter_sharpen", H | S | L, 1, 1, Text, Value, NotYet, only<"0">, "images are not processed", true},
    {"image_filter_transparency", H | S | L, 1, 1, Flag, Value, NotYet, only<"on">, "images are not processed", false},
    {"image_filter_webp_quality", H | S | L, 1, 1, Text, Value, NotYet, only<"80">, "images are not processed", true,
     nullptr, {1, 11, 6}},
    {"override_charset", H | S | L | LI, 1, 1, Flag, Value, NotYet, only<"off">,
     "character sets are not converted yet", false},
    {"postpone_gzipping", H | S | L, 1, 1, Size, Value, NotYet, {}, "answers are not compressed yet", false},
    {"slice", H | S | L, 1, 1, Size, Value, NotYet, only<"0">, "range slices are not run yet", false},
    {"source_charset", H | S | L | LI, 1, 1, Text, Value, NotYet, {}, "character sets are not converted yet", false},
    {"ssi", H | S | L | LI, 1, 1, Flag, Value, NotYet, only<"off">, "server side includes are not run yet", false},
    {"ssi_ignore_recycled_buffers", H | S | L, 1, 1, Flag, Value, NotYet, {}, "server side includes are not run yet",
     false},
    {"ssi_last_modified", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "server side includes are not run yet",
     false, nullptr, {1, 5, 1}},
    {"ssi_min_file_chunk", H | S | L, 1, 1, Size, Value, NotYet, only<"1k">, "server side includes are not run yet",
     false},
    {"ssi_silent_errors", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "server side includes are not run yet",
     false},
    {"ssi_types", H | S | L, 1, -1, Text, Value, NotYet, only<"text/html">, "server side includes are not run yet",
     true},
    {"ssi_value_length", H | S | L, 1, 1, Size, Value, NotYet, only<"256">, "server side includes are not run yet",
     false},
    {"sub_filter", H | S | L, 2, 2, Text, Array, NotYet, {}, "bodies are not rewritten yet", true},
    {"sub_filter_last_modified", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "bodies are not rewritten yet",
     false, nullptr, {1, 5, 1}},
    {"sub_filter_once", H | S | L, 1, 1, Flag, Value, NotYet, only<"on">, "bodies are not rewritten yet", false},
    {"sub_filter_types", H | S | L, 1, -1, Text, Value, NotYet, only<"text/html">, "bodies are not rewritten yet",
     true},
    {"xml_entities", H | S | L, 1, 1, Text, Value, NotYet, {}, "XML is not transformed", false},
    {"xml_external_entities", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "XML is not transformed", false,
     nullptr, {1, 31, 3}},
    {"xslt_last_modified", H | S | L, 1, 1, Flag, Value, NotYet, only<"off">, "XML is not transformed", false, nullptr,
     {1, 5, 1}},
    {"xslt_param", H | S | L, 2, 2, Text, Array, NotYet, {}, "XML is not transformed", true, nullptr, {1, 1, 18}},
    {"xslt_string_param", H | S | L, 2, 2, Text, Array, NotYet, {}, "XML is not transformed", true, nullptr, {1, 1,
     18}},
    {"xslt_stylesheet", L, 1, -1, Text, None, NotYet, {}, "XML is not transformed", true},
    {"xslt_types", H | S | L, 1, -1, Text, Value, NotYet, only<"text/xml">, "XML is not transformed", true},
};
// clang-format on

} // namespace

std::span<const DirectiveSpec> filtersRows()
{
    return Rows;
}

} // namespace portlight::directivetable
