// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "domains/domainactions.h"
#include "domains/domainrow.h"

#include <QWidget>

class QCheckBox;
class QLabel;
class QLayout;
class QLineEdit;
class QPushButton;
class QTabBar;

namespace portlight {

class CodeView;
class HttpsForm;

// One domain's settings, and beside them the nginx text they come to, while they are typed.
class DomainEditor final : public QWidget
{
    Q_OBJECT
public:
    explicit DomainEditor(const DomainActions &actions, QWidget *parent = nullptr);

    // Another domain, or the same one changed elsewhere; what is being typed for the same one stays.
    void showDomain(const DomainView &view);
    void focusName();
    void setAuthority(const AuthorityStatus &authority);
    bool isEdited() const;

Q_SIGNALS:
    void openRequested();
    void copyRequested();
    void removeRequested();

protected:
    void changeEvent(QEvent *event) override;

private:
    QWidget *makeForm();
    QLayout *makeTop(QWidget *form);
    QWidget *makePages(QWidget *form);
    QWidget *makeGeneral(QWidget *form);
    QLayout *makeBottom(QWidget *form);
    QWidget *makePreview();
    void connectSignals();
    void load();
    void apply();
    Result<DomainDraft> typed() const;
    void updateState();

    const DomainActions &m_actions;
    DomainView m_view;
    DomainDraft m_saved;
    bool m_editable = false;
    QLabel *m_title;
    QLabel *m_problem;
    QLabel *m_written;
    QLineEdit *m_name;
    QLineEdit *m_target;
    QLineEdit *m_port;
    QCheckBox *m_webSockets;
    QTabBar *m_tabs;
    HttpsForm *m_https;
    QPushButton *m_apply;
    QPushButton *m_revert;
    QPushButton *m_open;
    QPushButton *m_copy;
    QPushButton *m_remove;
    QPushButton *m_openFile;
    QPushButton *m_copyCode;
    QLabel *m_previewNote;
    CodeView *m_code;
};

} // namespace portlight
