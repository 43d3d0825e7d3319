// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/reference.h"
#include "commands/commandline.h"

namespace portlight {

using namespace Qt::StringLiterals;

int runReference(const QStringList &arguments)
{
    CommandLine line(u"reference"_s,
                     u"Prints every directive that is known, in Markdown: where it may stand, its default, whether it "
                     u"runs here and, if not, why."_s);
    if (const auto over = line.parse(arguments, 0, 0))
        return *over;
    print(directiveReference());
    return ExitOk;
}

} // namespace portlight
