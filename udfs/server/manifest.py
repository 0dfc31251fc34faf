"""The manifest: the small file by which Excel knows the add-in."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

import xlpbr
from xlpbr.udfs.server.settings import Settings

ADD_IN_ID = "6643e796-4d00-4b69-af13-33009d8db02f"
"""The add-in's own id. It stays the same for ever: Excel knows the add-in by it."""

ICON_SIZES = (16, 32, 64, 80)

NAME = "xlpbr"
DESCRIPTION = (
    "Payment-by-results contracts for children's placements: savings, fees, bonuses and "
    "statements, right to the penny."
)


def manifest(settings: Settings) -> str:
    """The manifest of an add-in at an address.

    The function namespace is left out, so that the functions are ``PBR_SAVING`` and not
    ``SOMETHING.PBR_SAVING``.
    """
    address = settings.address
    icons = {size: f"{address}/xlpbr/icons/xlpbr-{size}.png" for size in ICON_SIZES}
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<OfficeApp xmlns="http://schemas.microsoft.com/office/appforoffice/1.1"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xmlns:bt="http://schemas.microsoft.com/office/officeappbasictypes/1.0"
  xmlns:ov="http://schemas.microsoft.com/office/taskpaneappversionoverrides"
  xsi:type="TaskPaneApp">
  <Id>{ADD_IN_ID}</Id>
  <Version>{version()}</Version>
  <ProviderName>xlpbr</ProviderName>
  <DefaultLocale>en-GB</DefaultLocale>
  <DisplayName DefaultValue={quoteattr(NAME)} />
  <Description DefaultValue={quoteattr(DESCRIPTION)} />
  <IconUrl DefaultValue={quoteattr(icons[32])} />
  <HighResolutionIconUrl DefaultValue={quoteattr(icons[64])} />
  <SupportUrl DefaultValue={quoteattr(f"{address}/taskpane")} />
  <AppDomains>
    <AppDomain>{address}</AppDomain>
  </AppDomains>
  <Hosts>
    <Host Name="Workbook" />
  </Hosts>
  <Requirements>
    <Sets DefaultMinVersion="1.1">
      <Set Name="SharedRuntime" MinVersion="1.1" />
    </Sets>
  </Requirements>
  <DefaultSettings>
    <SourceLocation DefaultValue={quoteattr(f"{address}/taskpane.html")} />
  </DefaultSettings>
  <Permissions>ReadWriteDocument</Permissions>
  <VersionOverrides
    xmlns="http://schemas.microsoft.com/office/taskpaneappversionoverrides"
    xsi:type="VersionOverridesV1_0">
    <Hosts>
      <Host xsi:type="Workbook">
        <Runtimes>
          <Runtime resid="Taskpane.Url" lifetime="long" />
        </Runtimes>
        <AllFormFactors>
          <ExtensionPoint xsi:type="CustomFunctions">
            <Script>
              <SourceLocation resid="Functions.Script.Url" />
            </Script>
            <Page>
              <SourceLocation resid="Taskpane.Url" />
            </Page>
            <Metadata>
              <SourceLocation resid="Functions.Metadata.Url" />
            </Metadata>
          </ExtensionPoint>
        </AllFormFactors>
        <DesktopFormFactor>
          <GetStarted>
            <Title resid="Started.Title" />
            <Description resid="Started.Text" />
            <LearnMoreUrl resid="Taskpane.Url" />
          </GetStarted>
          <FunctionFile resid="Taskpane.Url" />
          <ExtensionPoint xsi:type="PrimaryCommandSurface">
            <OfficeTab id="TabFormulas">
              <Group id="Xlpbr.Group">
                <Label resid="Group.Label" />
                <Icon>
                  <bt:Image size="16" resid="Icon.16" />
                  <bt:Image size="32" resid="Icon.32" />
                  <bt:Image size="80" resid="Icon.80" />
                </Icon>
                <Control xsi:type="Button" id="Xlpbr.Pane">
                  <Label resid="Pane.Label" />
                  <Supertip>
                    <Title resid="Pane.Label" />
                    <Description resid="Pane.Text" />
                  </Supertip>
                  <Icon>
                    <bt:Image size="16" resid="Icon.16" />
                    <bt:Image size="32" resid="Icon.32" />
                    <bt:Image size="80" resid="Icon.80" />
                  </Icon>
                  <Action xsi:type="ShowTaskpane">
                    <TaskpaneId>Xlpbr.Taskpane</TaskpaneId>
                    <SourceLocation resid="Taskpane.Url" />
                  </Action>
                </Control>
              </Group>
            </OfficeTab>
          </ExtensionPoint>
        </DesktopFormFactor>
      </Host>
    </Hosts>
    <Resources>
      <bt:Images>
        <bt:Image id="Icon.16" DefaultValue={quoteattr(icons[16])} />
        <bt:Image id="Icon.32" DefaultValue={quoteattr(icons[32])} />
        <bt:Image id="Icon.80" DefaultValue={quoteattr(icons[80])} />
      </bt:Images>
      <bt:Urls>
        <bt:Url id="Taskpane.Url" DefaultValue={quoteattr(f"{address}/taskpane.html")} />
        <bt:Url id="Functions.Script.Url"
          DefaultValue={quoteattr(f"{address}/xlwings/custom-functions-code.js")} />
        <bt:Url id="Functions.Metadata.Url"
          DefaultValue={quoteattr(f"{address}/xlwings/custom-functions-meta.json")} />
      </bt:Urls>
      <bt:ShortStrings>
        <bt:String id="Group.Label" DefaultValue="Payment by results" />
        <bt:String id="Pane.Label" DefaultValue="Payment by results" />
        <bt:String id="Started.Title" DefaultValue="The PBR functions are ready" />
      </bt:ShortStrings>
      <bt:LongStrings>
        <bt:String id="Pane.Text"
          DefaultValue="Insert a function, look up a contract's terms, check the tables." />
        <bt:String id="Started.Text"
          DefaultValue="Type =PBR_ in a cell, or open Payment by results on the Formulas tab." />
      </bt:LongStrings>
    </Resources>{_sign_in_element(settings)}
  </VersionOverrides>
</OfficeApp>
"""


def version() -> str:
    """The manifest's version: 1 and the version of xlpbr, as Excel wants 1.0 or later."""
    numbers = [part for part in xlpbr.__version__.split(".")[:3] if part.isdigit()]
    return ".".join(["1", *numbers, *["0"] * (3 - len(numbers))])


def _sign_in_element(settings: Settings) -> str:
    if settings.sign_in is None:
        return ""
    host = settings.address.partition("//")[2]
    return f"""
    <WebApplicationInfo>
      <Id>{settings.sign_in.client}</Id>
      <Resource>api://{host}/{settings.sign_in.client}</Resource>
      <Scopes>
        <Scope>openid</Scope>
        <Scope>profile</Scope>
      </Scopes>
    </WebApplicationInfo>"""
