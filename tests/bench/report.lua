-- SPDX-License-Identifier: GPL-3.0-or-later
-- Makes wrk end with one line that a program can read exactly.
done = function(summary)
    local errors = summary.errors
    io.write(string.format("\ncounts %d %d %d %d\n", summary.requests, summary.bytes, summary.duration,
        errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
