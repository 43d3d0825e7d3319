// SPDX-License-Identifier: GPL-3.0-or-later
#include "certificates/createauthoritydialog.h"

#include "theme/colors.h"
#include "theme/fonts.h"
#include "theme/painting.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QRadioButton>
#include <QRegularExpression>
#include <QVBoxLayout>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

constexpr int NoteIndent = 22; // below the text of a radio button

QStringList suffixesFrom(const QString &text)
{
    static const QRegularExpression separators(u"[,;\\s]+"_s);
    QStringList suffixes;
    for (QString suffix : text.toLower().split(separators, Qt::SkipEmptyParts)) {
        if (suffix.startsWith(u"*."_s))
            suffix.remove(0, 2);
        else if (suffix.startsWith(u'.'))
            suffix.remove(0, 1);
        if (!suffixes.contains(suffix))
            suffixes += suffix;
    }
    return suffixes;
}

// Endings that nobody in the public DNS has, RFC 6761 and its like.
bool isReserved(const QString &suffix)
{
    static const QStringList reserved = {u"localhost"_s, u"test"_s, u"internal"_s, u"local"_s,  u"lan"_s,
                                         u"home"_s,      u"corp"_s, u"example"_s,  u"invalid"_s};
    return reserved.contains(suffix);
}

QLineEdit *passphraseField(const QString &objectName, const QString &name, QWidget *parent)
{
    auto *edit = new QLineEdit(parent);
    edit->setObjectName(objectName);
    edit->setAccessibleName(name);
    edit->setPlaceholderText(name);
    edit->setEchoMode(QLineEdit::Password);
    return edit;
}

} // namespace

CreateAuthorityDialog::CreateAuthorityDialog(bool replaces, QWidget *parent)
    : FormDialog(u"createAuthority"_s, replaces ? tr("A new local CA") : tr("Create a local CA"),
                 replaces
                     ? tr("The present one is set aside, and no longer used. What trusts it has to trust the new "
                          "one: its names cannot be changed later, for browsers read them in the root certificate.")
                     : tr("It makes certificates for your own domains, so that browsers on this desk show them "
                          "as secure."),
                 replaces ? tr("Replace") : tr("Create"), parent)
    , m_replaces(replaces)
    , m_suffixes(new QLineEdit(this))
{
    m_suffixes->setObjectName(u"authoritySuffixes"_s);
    m_suffixes->setAccessibleName(tr("Endings of names that it may sign"));
    m_suffixes->setFont(wireFont());
    m_suffixes->setText(u"localhost test"_s);
    addField(tr("For &names that end in"), m_suffixes);
    addNote(tr("And for this machine's own addresses. Browsers refuse a certificate of this CA for any other name, so "
               "that even a stolen key cannot stand in for another site."));
    content()->addSpacing(8);
    content()->addWidget(new QLabel(tr("Its key is locked. What opens it?"), this));
    m_keychain =
        addChoice(u"protectKeychain"_s, tr("The system &keychain"), tr("It opens by itself while you are logged in."));
    m_passphraseChoice =
        addChoice(u"protectPassphrase"_s, tr("A &passphrase of mine"), tr("Asked for each time Portlight starts."));
    m_passphrase = passphraseField(u"authorityPassphrase"_s, tr("Passphrase"), this);
    m_again = passphraseField(u"authorityPassphraseAgain"_s, tr("Once more"), this);
    auto *fields = new QHBoxLayout;
    fields->setContentsMargins(NoteIndent, 0, 0, 4);
    fields->addWidget(m_passphrase);
    fields->addWidget(m_again);
    content()->addLayout(fields);
    m_file = addChoice(u"protectFile"_s, tr("A &file that only I can read"), tr("For machines without a keychain."));
    m_fileWarning = addNote(tr("Whoever can read your files can then make certificates that your browsers trust. The "
                               "page keeps saying so."));
    m_fileWarning->setContentsMargins(NoteIndent, 0, 0, 0);
    setInk(m_fileWarning, themeColors(palette()).warning.ink);
    m_keychain->setChecked(true);
    for (QRadioButton *choice : {m_keychain, m_passphraseChoice, m_file})
        connect(choice, &QRadioButton::toggled, this, &CreateAuthorityDialog::showFields);
    setCheck([this] { return problem(); });
    showFields();
    m_suffixes->setFocus();
}

QRadioButton *CreateAuthorityDialog::addChoice(const QString &objectName, const QString &title, const QString &note)
{
    auto *choice = new QRadioButton(title, this);
    choice->setObjectName(objectName);
    choice->setAccessibleName(QString(title).remove(u'&'));
    choice->setAccessibleDescription(note);
    auto *label = new QLabel(note, this);
    label->setForegroundRole(QPalette::PlaceholderText);
    label->setWordWrap(true);
    label->setContentsMargins(NoteIndent, 0, 0, 4);
    auto *together = new QVBoxLayout; // closer to each other than to the next choice
    together->setSpacing(2);
    together->addWidget(choice);
    together->addWidget(label);
    content()->addLayout(together);
    return choice;
}

void CreateAuthorityDialog::setProtection(AuthorityProtection protection)
{
    switch (protection) {
    case AuthorityProtection::Keychain: return m_keychain->setChecked(true);
    case AuthorityProtection::Passphrase:
        m_passphraseChoice->setChecked(true);
        return m_passphrase->setFocus(); // so that it is not typed where it can be read
    case AuthorityProtection::File: return m_file->setChecked(true);
    }
}

void CreateAuthorityDialog::setSuffixes(const QStringList &suffixes)
{
    m_suffixes->setText(suffixes.join(u' '));
}

void CreateAuthorityDialog::showFields()
{
    for (QLineEdit *field : {m_passphrase, m_again})
        field->setVisible(m_passphraseChoice->isChecked());
    m_fileWarning->setVisible(m_file->isChecked());
    showProblem({});
}

QString CreateAuthorityDialog::problem() const
{
    const QStringList suffixes = suffixesFrom(m_suffixes->text());
    if (suffixes.isEmpty())
        return tr("It needs an ending at least, for example localhost");
    static const QRegularExpression name(u"^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$"_s);
    for (const QString &suffix : suffixes) {
        if (!name.match(suffix).hasMatch())
            return tr("“%1” is no ending of a name").arg(suffix);
        if (!suffix.contains(u'.') && !isReserved(suffix))
            return tr("“%1” belongs to everybody on the internet: name a domain of your own, such as dev.example.%1")
                .arg(suffix);
    }
    if (!m_passphraseChoice->isChecked())
        return {};
    if (m_passphrase->text().size() < PassphraseCharactersMin)
        return tr("A passphrase has %1 letters at least").arg(PassphraseCharactersMin);
    return m_passphrase->text() == m_again->text() ? QString() : tr("The two passphrases differ");
}

AuthorityRequest CreateAuthorityDialog::request() const
{
    AuthorityRequest request;
    request.suffixes = suffixesFrom(m_suffixes->text());
    request.replace = m_replaces;
    if (m_file->isChecked())
        request.protection = AuthorityProtection::File;
    else if (m_passphraseChoice->isChecked())
        request.protection = AuthorityProtection::Passphrase;
    if (m_passphraseChoice->isChecked())
        request.passphrase = m_passphrase->text();
    return request;
}

} // namespace portlight
