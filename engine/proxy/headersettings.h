// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/expires.h"
#include "proxy/template.h"

#include <optional>
#include <vector>

namespace portlight {

// An add_header or add_trailer: what is sent besides the response's own fields. Empty values are not sent.
struct AddedField {
    QByteArray name;
    HeaderId id = HeaderId::Other;
    Template value;
    bool always = false; // else with a response that went well
};

// How a level's own fields and those above it go together (add_header_inherit, add_trailer_inherit).
enum class FieldInheritance : quint8 { Off, On, Merge };

// The fields of one level, and what is needed to put them together with those above.
struct AddedFields {
    std::vector<AddedField> all;       // in the order they are sent
    std::vector<AddedField> inherited; // those of the level above
    std::vector<AddedField> own;       // of this level
    FieldInheritance inheritance = FieldInheritance::On;

    // The level below: everything so far is inherited from here on.
    void beginLevel();
    // With `off` handed down, a level without fields of its own sends none.
    bool hidesInherited() const { return inheritance == FieldInheritance::Off && !all.empty(); }
    void add(AddedField field);
    void setInheritance(FieldInheritance value);

private:
    void join();
};

// Settings of ngx_http_headers_filter_module as they stand for one level, inheritance resolved.
struct HeaderSettings {
    AddedFields headers;
    AddedFields trailers;
    ExpiresRule expires;
    bool expiresModified = false;
    std::optional<Template> expiresValue; // one with variables: `expires` is not known before

    bool isIdle() const
    {
        return headers.all.empty() && trailers.all.empty() && !expiresValue && expires.kind == ExpiresRule::Kind::Off;
    }
};

} // namespace portlight
