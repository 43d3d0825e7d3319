// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/authoritystatus.h"
#include "api/authoritytrust.h"

#include <QJsonArray>
#include <QJsonObject>

namespace portlight {

// The authority and its trust, for programs and for people.

QJsonObject authorityReport(const AuthorityStatus &status);
QJsonArray storesReport(const QList<TrustStoreStatus> &stores);
QJsonArray settingsReport(const QList<TrustSetting> &settings);

// "in the keychain"
QString protectionText(AuthorityProtection protection);
// What there is to warn of in how the keys are protected; empty: nothing.
// Empty: it is valid now.
QString dateWarning(const AuthorityStatus &status);
QString protectionWarning(AuthorityProtection protection);
QString storeStateText(TrustStoreStatus::State state);
// Lines "label: value".
QString authorityText(const AuthorityStatus &status);
// A table, with what is to be done below each line that asks for it.
QString storesText(const QList<TrustStoreStatus> &stores, TrustAction action);
QString settingsText(const QList<TrustSetting> &settings);

} // namespace portlight
