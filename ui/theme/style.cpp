// SPDX-License-Identifier: GPL-3.0-or-later
#include "theme/style.h"

#include "theme/fonts.h"
#include "theme/painting.h"

#include <QAbstractButton>
#include <QComboBox>
#include <QHeaderView>
#include <QLineEdit>
#include <QPainter>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QStyleOption>
#include <QTabBar>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

constexpr int ControlHeight = 32;
constexpr int ChipHeight = 24;
constexpr int ScrollBarExtent = 12;
constexpr int ThumbLengthMin = 28;

QRect scrollThumb(const QStyleOptionSlider &bar)
{
    const bool horizontal = bar.orientation == Qt::Horizontal;
    const int length = horizontal ? bar.rect.width() : bar.rect.height();
    const int range = bar.maximum - bar.minimum;
    const int span = range + bar.pageStep;
    int thumb = span > 0 ? int(qint64(length) * bar.pageStep / span) : length;
    thumb = std::min(length, std::max(thumb, ThumbLengthMin));
    const int at =
        QStyle::sliderPositionFromValue(bar.minimum, bar.maximum, bar.sliderPosition, length - thumb, bar.upsideDown);
    return horizontal ? QRect(bar.rect.x() + at, bar.rect.y(), thumb, bar.rect.height())
                      : QRect(bar.rect.x(), bar.rect.y() + at, bar.rect.width(), thumb);
}

QRect scrollBarRect(const QStyleOptionSlider &bar, QStyle::SubControl subControl)
{
    const QRect thumb = scrollThumb(bar);
    const bool horizontal = bar.orientation == Qt::Horizontal;
    QRect rect = bar.rect;
    switch (subControl) {
    case QStyle::SC_ScrollBarSlider: return thumb;
    case QStyle::SC_ScrollBarGroove: return rect;
    case QStyle::SC_ScrollBarSubPage:
        horizontal ? rect.setRight(thumb.left() - 1) : rect.setBottom(thumb.top() - 1);
        return rect;
    case QStyle::SC_ScrollBarAddPage:
        horizontal ? rect.setLeft(thumb.right() + 1) : rect.setTop(thumb.bottom() + 1);
        return rect;
    default: return {};
    }
}

} // namespace

Style::Style()
    : QProxyStyle(u"fusion"_s)
{}

void Style::polish(QWidget *widget)
{
    QProxyStyle::polish(widget);
    if (auto *edit = qobject_cast<QLineEdit *>(widget); edit && edit->hasFrame())
        edit->setTextMargins(6, 0, 6, 0);
    if (qobject_cast<QAbstractButton *>(widget) || qobject_cast<QComboBox *>(widget) || qobject_cast<QTabBar *>(widget))
        widget->setAttribute(Qt::WA_Hover);
}

void Style::drawPrimitive(PrimitiveElement element, const QStyleOption *option, QPainter *painter,
                          const QWidget *widget) const
{
    const ThemeColors &colors = themeColors(option->palette);
    switch (element) {
    case PE_PanelButtonCommand: return paintButton(*painter, *option, widget);
    case PE_PanelButtonTool: return paintButton(*painter, *option, widget);
    case PE_PanelLineEdit:
        if (const auto *frame = qstyleoption_cast<const QStyleOptionFrame *>(option); frame && frame->lineWidth > 0)
            paintField(*painter, option->rect, colors, option->state & State_HasFocus, option->state & State_Enabled);
        return;
    case PE_FrameLineEdit: return;
    case PE_FrameFocusRect: return paintFocusRing(*painter, option->rect, colors);
    case PE_IndicatorCheckBox:
        return paintSwitch(*painter, option->rect, colors, option->state & State_On, option->state & State_Enabled);
    case PE_FrameTabBarBase:
        painter->fillRect(QRect(option->rect.left(), option->rect.bottom(), option->rect.width(), 1), colors.hairline);
        return;
    case PE_FrameStatusBarItem: return;
    case PE_PanelScrollAreaCorner: return;
    case PE_PanelTipLabel: painter->fillRect(option->rect, option->palette.toolTipBase()); return;
    default: QProxyStyle::drawPrimitive(element, option, painter, widget);
    }
}

void Style::drawControl(ControlElement element, const QStyleOption *option, QPainter *painter,
                        const QWidget *widget) const
{
    switch (element) {
    case CE_PushButtonBevel: return paintButton(*painter, *option, widget);
    case CE_PushButtonLabel:
        if (const auto *button = qstyleoption_cast<const QStyleOptionButton *>(option)) {
            QStyleOptionButton copy = *button;
            if (widget && widget->property(PrimaryProperty).toBool() && (option->state & State_Enabled))
                copy.palette.setColor(QPalette::ButtonText, themeColors(option->palette).onAccent);
            else if (widget && widget->property(ChipProperty).toBool())
                copy.palette.setColor(QPalette::ButtonText, themeColors(option->palette).accentTone.ink);
            copy.state &= ~(State_On | State_Sunken); // the label does not move when pressed
            if (!(button->features & QStyleOptionButton::Flat)) {
                QFont font = painter->font();
                font.setWeight(QFont::Medium);
                painter->setFont(font);
            }
            return QProxyStyle::drawControl(element, &copy, painter, widget);
        }
        break;
    case CE_HeaderSection:
    case CE_HeaderEmptyArea: return paintHeaderSection(*painter, *option);
    case CE_HeaderLabel: return paintHeaderLabel(*painter, *option);
    case CE_TabBarTabShape: return paintTab(*painter, *option);
    case CE_TabBarTabLabel: return paintTabLabel(*painter, *option);
    case CE_Splitter: painter->fillRect(option->rect, themeColors(option->palette).hairline); return;
    default: break;
    }
    QProxyStyle::drawControl(element, option, painter, widget);
}

void Style::drawComplexControl(ComplexControl control, const QStyleOptionComplex *option, QPainter *painter,
                               const QWidget *widget) const
{
    if (control == CC_ScrollBar)
        return paintScrollBar(*painter, *option, subControlRect(control, option, SC_ScrollBarSlider, widget));
    if (control == CC_ComboBox)
        return paintComboBox(*painter, *option, subControlRect(control, option, SC_ComboBoxArrow, widget));
    QProxyStyle::drawComplexControl(control, option, painter, widget);
}

QRect Style::subControlRect(ComplexControl control, const QStyleOptionComplex *option, SubControl subControl,
                            const QWidget *widget) const
{
    if (control == CC_ScrollBar) {
        if (const auto *bar = qstyleoption_cast<const QStyleOptionSlider *>(option))
            return scrollBarRect(*bar, subControl);
    }
    if (control == CC_ComboBox) {
        const QRect rect = option->rect;
        if (subControl == SC_ComboBoxArrow)
            return visualRect(option->direction, rect, QRect(rect.right() - 26, rect.top(), 22, rect.height()));
        if (subControl == SC_ComboBoxEditField)
            return visualRect(option->direction, rect, rect.adjusted(9, 1, -26, -1));
    }
    return QProxyStyle::subControlRect(control, option, subControl, widget);
}

QRect Style::subElementRect(SubElement element, const QStyleOption *option, const QWidget *widget) const
{
    switch (element) {
    case SE_PushButtonFocusRect: return {}; // the bevel draws the ring
    case SE_HeaderLabel: return option->rect.adjusted(8, 0, -8, 0);
    default: return QProxyStyle::subElementRect(element, option, widget);
    }
}

QSize Style::sizeFromContents(ContentsType type, const QStyleOption *option, const QSize &contents,
                              const QWidget *widget) const
{
    QSize size = QProxyStyle::sizeFromContents(type, option, contents, widget);
    switch (type) {
    case CT_PushButton: {
        const auto *button = qstyleoption_cast<const QStyleOptionButton *>(option);
        const bool iconOnly = button && button->text.isEmpty();
        if (widget && widget->property(ChipProperty).toBool())
            return {contents.width() + 16, ChipHeight};
        return iconOnly ? QSize(ControlHeight, ControlHeight) : QSize(contents.width() + 30, ControlHeight);
    }
    case CT_LineEdit:
    case CT_ComboBox: return {size.width() + (type == CT_ComboBox ? 12 : 0), ControlHeight};
    case CT_TabBarTab:
        if (const auto *tab = qstyleoption_cast<const QStyleOptionTab *>(option))
            return {QFontMetrics(semiboldFont()).horizontalAdvance(tab->text) + 20, 36};
        return size;
    case CT_HeaderSection: return {size.width(), 32};
    case CT_MenuItem: return {size.width() + 8, std::max(size.height(), 28)};
    default: return size;
    }
}

int Style::pixelMetric(PixelMetric metric, const QStyleOption *option, const QWidget *widget) const
{
    switch (metric) {
    case PM_ScrollBarExtent: return ScrollBarExtent;
    case PM_ScrollView_ScrollBarOverlap:
    case PM_ScrollView_ScrollBarSpacing:
    case PM_ButtonShiftHorizontal:
    case PM_ButtonShiftVertical:
    case PM_TabBarTabOverlap:
    case PM_TabBarTabShiftVertical:
    case PM_HeaderMarkSize: return 0;
    case PM_IndicatorWidth: return 30;
    case PM_IndicatorHeight: return 18;
    case PM_CheckBoxLabelSpacing: return 10;
    case PM_HeaderMargin: return 8;
    case PM_ToolTipLabelFrameWidth: return 6;
    case PM_SmallIconSize:
    case PM_ButtonIconSize: return 18;
    default: return QProxyStyle::pixelMetric(metric, option, widget);
    }
}

int Style::styleHint(StyleHint hint, const QStyleOption *option, const QWidget *widget,
                     QStyleHintReturn *returnData) const
{
    switch (hint) {
    case SH_EtchDisabledText:
    case SH_ComboBox_Popup: return 0;
    case SH_Widget_Animation_Duration: return 0;
    case SH_ScrollBar_LeftClickAbsolutePosition: return 1;
    default: return QProxyStyle::styleHint(hint, option, widget, returnData);
    }
}

} // namespace portlight
