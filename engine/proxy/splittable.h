// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "base/result.h"

#include <QByteArrayView>

#include <optional>
#include <vector>

namespace portlight {

// nginx's MurmurHash2 with seed 0 (ngx_murmurhash.c): the same on every machine.
quint32 murmurHash2(QByteArrayView bytes);

// The shares of a `split_clients` block, each with the number of its value (ngx_http_split_clients_module). Built once,
// then only read.
class SplitTable
{
public:
    // "0.5%", at most two decimals, or "*" for what is left. Error: 'invalid percent value "…"'.
    Result<void> add(QByteArrayView percent, quint32 value);
    // To be called behind the last share. Error: "percent total is greater than 100%".
    Result<void> finish();

    // The share that the key's hash falls to; nothing when the shares do not add up to all of them.
    std::optional<quint32> find(QByteArrayView key) const;

private:
    struct Part {
        quint32 bound = 0; // hashes below it; 0: all that are left. Hundredths of a percent until finish()
        quint32 value = 0;
    };
    std::vector<Part> m_parts;
};

} // namespace portlight
