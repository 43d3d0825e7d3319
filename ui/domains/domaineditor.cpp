// SPDX-License-Identifier: GPL-3.0-or-later
#include "domains/domaineditor.h"

#include "domains/httpsform.h"
#include "theme/colors.h"
#include "theme/fonts.h"
#include "theme/icons.h"
#include "theme/painting.h"
#include "theme/style.h"
#include "widgets/codeview.h"
#include "widgets/elidedlabel.h"
#include "widgets/namedbutton.h"

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QEvent>
#include <QGridLayout>
#include <QIntValidator>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabBar>
#include <QVBoxLayout>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

QPushButton *iconButton(const QString &objectName, const QString &icon, const QString &text, QWidget *parent)
{
    auto *button = new QPushButton(themedIcon(icon), QString(), parent);
    button->setObjectName(objectName);
    button->setFlat(true);
    button->setToolTip(text);
    button->setAccessibleName(text);
    return button;
}

// Both loopback addresses go without saying: "8080, 8443 of this machine".
QString listensText(const QStringList &listens)
{
    QStringList ports;
    for (const QString &listen : listens) {
        if (!listen.startsWith(u"127.0.0.1:"_s) && !listen.startsWith(u"[::1]:"_s))
            return listens.join(u", "_s);
        ports += listen.section(u':', -1);
    }
    ports.removeDuplicates();
    return DomainEditor::tr("%1 of this machine").arg(ports.join(u", "_s));
}

// "8080, 8443 of this machine · portlight.conf, line 13"
QString writtenText(const DomainView &view)
{
    QStringList parts;
    if (!view.listens.isEmpty())
        parts += listensText(view.listens);
    if (view.position.isKnown())
        parts += DomainEditor::tr("%1, line %2").arg(view.position.file.section(u'/', -1)).arg(view.position.line);
    return parts.join(u" · "_s);
}

QLineEdit *wireField(const QString &objectName, const QString &accessibleName, QWidget *parent)
{
    auto *edit = new QLineEdit(parent);
    edit->setObjectName(objectName);
    edit->setAccessibleName(accessibleName);
    edit->setFont(wireFont());
    return edit;
}

} // namespace

DomainEditor::DomainEditor(const DomainActions &actions, QWidget *parent)
    : QWidget(parent)
    , m_actions(actions)
{
    setObjectName(u"domainEditor"_s);
    auto *splitter = new QSplitter(Qt::Horizontal, this);
    splitter->setObjectName(u"domainEditorSplitter"_s);
    splitter->setHandleWidth(1);
    splitter->setChildrenCollapsible(false);
    splitter->addWidget(makeForm());
    splitter->addWidget(makePreview());
    splitter->setStretchFactor(0, 5);
    splitter->setStretchFactor(1, 4);
    splitter->setSizes({600, 480});
    auto *all = new QVBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->addWidget(splitter);
    connectSignals();
}

// In the order in which Tab goes.
QWidget *DomainEditor::makeForm()
{
    auto *form = new QWidget(this);
    form->setMinimumWidth(340);
    auto *column = new QVBoxLayout(form);
    column->setContentsMargins(24, 4, 16, 12);
    column->setSpacing(8);
    column->addLayout(makeTop(form));
    column->addWidget(makePages(form), 1);
    m_problem = new QLabel(form);
    m_problem->setObjectName(u"domainProblem"_s);
    m_problem->setWordWrap(true);
    column->addWidget(m_problem);
    column->addLayout(makeBottom(form));
    return form;
}

QLayout *DomainEditor::makeTop(QWidget *form)
{
    m_title = new ElidedLabel(form);
    m_title->setFont(semiboldFont());
    m_tabs = new QTabBar(form);
    m_tabs->setObjectName(u"domainTabs"_s);
    m_tabs->setAccessibleName(tr("Settings of this domain"));
    m_tabs->setExpanding(false);
    m_tabs->setDrawBase(false);
    m_tabs->addTab(tr("General"));
    m_tabs->addTab(tr("HTTPS"));
    m_open = iconButton(u"domainOpen"_s, u"open"_s, tr("Open in browser (Ctrl+O)"), form);
    m_copy = iconButton(u"domainCopyUrl"_s, u"copy"_s, tr("Copy URL (Ctrl+C)"), form);
    m_remove = iconButton(u"domainRemove"_s, u"delete"_s, tr("Delete (Del)"), form);
    auto *top = new QHBoxLayout;
    top->setSpacing(4);
    top->addWidget(m_title, 1);
    top->addWidget(m_tabs);
    top->addSpacing(12);
    for (QPushButton *button : {m_open, m_copy, m_remove})
        top->addWidget(button);
    return top;
}

QWidget *DomainEditor::makePages(QWidget *form)
{
    auto *pages = new QStackedWidget(form);
    pages->addWidget(makeGeneral(form));
    m_https = new HttpsForm(form);
    pages->addWidget(m_https);
    connect(m_tabs, &QTabBar::currentChanged, pages, &QStackedWidget::setCurrentIndex);
    return pages;
}

QLayout *DomainEditor::makeBottom(QWidget *form)
{
    m_apply = namedButton(u"domainApply"_s, tr("Apply"), form);
    m_apply->setProperty(PrimaryProperty, true);
    m_revert = namedButton(u"domainRevert"_s, tr("Revert"), form);
    m_openFile = namedButton(u"domainOpenFile"_s, tr("Open file"), form);
    m_written = new ElidedLabel(form);
    m_written->setObjectName(u"domainWritten"_s);
    m_written->setForegroundRole(QPalette::PlaceholderText);
    auto *bottom = new QHBoxLayout;
    bottom->addWidget(m_apply);
    bottom->addWidget(m_revert);
    bottom->addWidget(m_openFile);
    bottom->addSpacing(8);
    bottom->addWidget(m_written, 1);
    return bottom;
}

QWidget *DomainEditor::makeGeneral(QWidget *form)
{
    auto *general = new QWidget(form);
    m_name = wireField(u"domainName"_s, tr("Name"), general);
    m_target = wireField(u"domainTarget"_s, tr("Goes to"), general);
    m_port = wireField(u"domainPort"_s, tr("Listens on port"), general);
    m_port->setValidator(new QIntValidator(1, 65535, m_port));
    m_port->setMaximumWidth(104);
    m_webSockets = new QCheckBox(tr("&WebSockets"), general);
    m_webSockets->setObjectName(u"domainWebSockets"_s);
    m_webSockets->setAccessibleName(tr("WebSockets"));
    m_webSockets->setToolTip(tr("Passes upgrades on to the backend, as nginx's guide writes it: HTTP/1.1, the Upgrade\n"
                                "and Connection fields, and a read timeout that lets quiet sockets live"));
    auto *last = new QWidget(general);
    auto *lastRow = new QHBoxLayout(last);
    lastRow->setContentsMargins(0, 0, 0, 0);
    lastRow->setSpacing(24);
    lastRow->addWidget(m_port);
    lastRow->addWidget(m_webSockets);
    lastRow->addStretch(1);
    auto *grid = new QGridLayout(general);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(16);
    grid->setVerticalSpacing(8);
    const auto addRow = [grid, general](int row, const QString &text, QWidget *field, QWidget *buddy) {
        auto *label = new QLabel(text, general);
        label->setForegroundRole(QPalette::PlaceholderText);
        label->setBuddy(buddy);
        grid->addWidget(label, row, 0);
        grid->addWidget(field, row, 1);
    };
    addRow(0, tr("&Name"), m_name, m_name);
    addRow(1, tr("&Goes to"), m_target, m_target);
    addRow(2, tr("&Port"), last, m_port);
    grid->setRowStretch(3, 1);
    return general;
}

QWidget *DomainEditor::makePreview()
{
    auto *preview = new QWidget(this);
    preview->setAutoFillBackground(true);
    preview->setBackgroundRole(QPalette::Window);
    preview->setMinimumWidth(240);
    auto *title = new QLabel(tr("As nginx"), preview);
    title->setFont(semiboldFont());
    m_previewNote = new QLabel(preview);
    m_previewNote->setForegroundRole(QPalette::PlaceholderText);
    m_copyCode = iconButton(u"domainCopyNginx"_s, u"copy"_s, tr("Copy the nginx text"), preview);
    m_code = new CodeView(preview);
    m_code->setObjectName(u"domainNginx"_s);
    m_code->setAccessibleName(tr("This domain as nginx configuration"));
    m_code->setGround(QPalette::Window);
    auto *top = new QHBoxLayout;
    top->addWidget(title);
    top->addStretch();
    top->addWidget(m_previewNote);
    top->addWidget(m_copyCode);
    auto *column = new QVBoxLayout(preview);
    column->setContentsMargins(16, 8, 4, 8);
    column->setSpacing(8);
    column->addLayout(top);
    column->addWidget(m_code);
    return preview;
}

void DomainEditor::connectSignals()
{
    connect(m_name, &QLineEdit::textEdited, this, &DomainEditor::updateState);
    connect(m_target, &QLineEdit::textEdited, this, &DomainEditor::updateState);
    connect(m_port, &QLineEdit::textEdited, this, &DomainEditor::updateState);
    connect(m_webSockets, &QCheckBox::clicked, this, &DomainEditor::updateState);
    connect(m_name, &QLineEdit::returnPressed, this, &DomainEditor::apply);
    connect(m_target, &QLineEdit::returnPressed, this, &DomainEditor::apply);
    connect(m_port, &QLineEdit::returnPressed, this, &DomainEditor::apply);
    connect(m_https, &HttpsForm::edited, this, &DomainEditor::updateState);
    connect(m_https, &HttpsForm::applyRequested, this, &DomainEditor::apply);
    connect(m_https, &HttpsForm::certificatesPageRequested, this, [this] { m_actions.showCertificates(); });
    connect(m_apply, &QPushButton::clicked, this, &DomainEditor::apply);
    connect(m_revert, &QPushButton::clicked, this, &DomainEditor::load);
    connect(m_open, &QPushButton::clicked, this, &DomainEditor::openRequested);
    connect(m_copy, &QPushButton::clicked, this, &DomainEditor::copyRequested);
    connect(m_remove, &QPushButton::clicked, this, &DomainEditor::removeRequested);
    connect(m_openFile, &QPushButton::clicked, this, [this] { m_actions.openConfigFile(); });
    connect(m_copyCode, &QPushButton::clicked, this,
            [this] { QApplication::clipboard()->setText(m_code->toPlainText()); });
}

void DomainEditor::showDomain(const DomainView &view)
{
    const bool same = view.index == m_view.index && view.names == m_view.names;
    if (same && isEdited()) {
        m_view = view;
        return updateState();
    }
    m_view = view;
    load();
}

void DomainEditor::changeEvent(QEvent *event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_view.index >= 0)
        updateState();
}

void DomainEditor::setAuthority(const AuthorityStatus &authority)
{
    m_https->setAuthority(authority);
}

void DomainEditor::focusName()
{
    m_tabs->setCurrentIndex(0);
    m_name->setFocus(Qt::ShortcutFocusReason);
    m_name->selectAll();
}

bool DomainEditor::isEdited() const
{
    return m_editable
           && (m_name->text() != m_saved.name || m_target->text() != m_saved.target
               || m_port->text().toInt() != m_saved.listenPort
               || m_webSockets->isChecked() != m_saved.webSockets.value_or(true) || m_https->isEdited(m_saved));
}

void DomainEditor::load()
{
    const Result<DomainDraft> draft = m_actions.draftOf(m_view.index);
    m_editable = draft.ok();
    m_saved = draft ? *draft : DomainDraft{m_view.name(), m_view.target, 80};
    m_name->setText(m_saved.name);
    m_target->setText(m_saved.target);
    m_port->setText(QString::number(m_saved.listenPort));
    m_webSockets->setChecked(m_saved.webSockets.value_or(m_editable));
    m_https->setDraft(m_saved);
    updateState();
}

Result<DomainDraft> DomainEditor::typed() const
{
    if (m_name->text().trimmed().isEmpty())
        return Error{ErrorCode::InvalidName, tr("The domain needs a name, for example shop.localhost")};
    if (m_target->text().trimmed().isEmpty())
        return Error{ErrorCode::InvalidTarget, tr("Where does it go? For example 127.0.0.1:3000")};
    const int port = m_port->text().toInt();
    if (port < 1 || port > 65535)
        return Error{ErrorCode::InvalidValue, tr("The port is a number from 1 to 65535")};
    Result<DomainDraft> draft =
        parseDomainLine(u"%1 %2"_s.arg(m_name->text().trimmed(), m_target->text().trimmed()), quint16(port));
    if (!draft)
        return draft;
    draft->webSockets = m_webSockets->isChecked();
    if (const Result<void> https = m_https->writeTo(*draft); !https)
        return https.error();
    return draft;
}

void DomainEditor::apply()
{
    if (!isEdited())
        return;
    const Result<DomainDraft> draft = typed();
    if (!draft)
        return;
    const Result<void> done = m_actions.update(m_view.index, *draft);
    if (done) {
        m_saved = *draft;
        return load();
    }
    m_problem->setText(done.error().message);
    m_problem->show();
}

void DomainEditor::updateState()
{
    const bool edited = isEdited();
    const Result<DomainDraft> draft = edited ? typed() : Result<DomainDraft>(m_saved);
    m_title->setText(m_view.name());
    m_written->setText(writtenText(m_view));
    for (QLineEdit *field : {m_name, m_target, m_port})
        field->setEnabled(m_editable);
    m_webSockets->setVisible(m_editable);
    m_https->setEnabled(m_editable);
    m_apply->setEnabled(edited && draft.ok());
    m_apply->setVisible(m_editable);
    m_revert->setEnabled(edited);
    m_revert->setVisible(m_editable);
    m_openFile->setVisible(!m_editable);
    QString problem;
    if (!m_editable)
        problem = tr("This block says more than a name and a target. It runs as written; edit it in the file.");
    else if (!draft)
        problem = draft.error().message;
    const ThemeColors &colors = themeColors(palette());
    setInk(m_problem, m_editable ? colors.error.ink : colors.dim);
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
    m_previewNote->setText(edited ? tr("not applied yet") : QString());
    if (draft)
        m_code->setCode(
            QString::fromUtf8(edited ? m_actions.previewDraft(m_view.index, *draft) : m_actions.preview(m_view.index)),
            Syntax::Nginx);
}

} // namespace portlight
