; The installer for Windows: for one user, without an administrator's rights, silent with /S.
;
; folioscope-setup.exe /S [/FOLDERMENU=0|1] [/FILETYPES=0|1] [/DESKTOP=0|1] [/DOWNGRADE] [/D=FOLDER]
; Exit codes: 0 done, 1 cancelled, 2 not done (the reason is shown, or in silence: 3 runs still,
; 4 a newer version is there, 5 this Windows is too old).
;
; product.nsh, files.nsh and remove.nsh are written by nsis.py for each build.

; stubs of 64 bits are not in NSIS's own releases, and are what Wine without 32 bits can run
!ifdef STUB_64
  Target amd64-unicode
!endif
Unicode true
ManifestDPIAware true
ManifestLongPathAware true
ManifestSupportedOS Win10
RequestExecutionLevel user
SetCompressor /SOLID lzma
SetCompressorDictSize 64
SetDateSave off ; the same files give the same installer
CRCCheck force

!include "product.nsh"
!include "MUI2.nsh"
!include "FileFunc.nsh"
!include "LogicLib.nsh"
!include "Sections.nsh"
!include "WinVer.nsh"
!include "WordFunc.nsh"
!include "x64.nsh"
!include "macros.nsh"

!define WINDOW "folioscope-window.exe"
!define COMMAND "folioscope.exe"
!define OLDEST_BUILD 17763 ; Windows 10 1809, the oldest that Qt runs on
!define DATA "$LOCALAPPDATA\folioscope" ; where the program keeps libraries and preferences
!define CLASSES "Software\Classes"
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\Folioscope"
!define APP_PATHS "Software\Microsoft\Windows\CurrentVersion\App Paths\folioscope.exe"
!define CHOICES "Software\Folioscope\Setup"

Name "Folioscope"
OutFile "${OUT_FILE}"
InstallDir "$LOCALAPPDATA\Programs\Folioscope"
InstallDirRegKey HKCU "${UNINSTALL}" "InstallLocation"
BrandingText "Folioscope ${VERSION}"
ShowInstDetails nevershow
ShowUninstDetails nevershow
VIProductVersion "${VERSION_FOUR}"
VIAddVersionKey /LANG=0 "ProductName" "Folioscope"
VIAddVersionKey /LANG=0 "ProductVersion" "${VERSION}"
VIAddVersionKey /LANG=0 "FileVersion" "${VERSION}"
VIAddVersionKey /LANG=0 "FileDescription" "Folioscope Setup"
VIAddVersionKey /LANG=0 "CompanyName" "${PUBLISHER}"
VIAddVersionKey /LANG=0 "LegalCopyright" "${COPYRIGHT}"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_WELCOMEFINISHPAGE_BITMAP "${SIDE_PICTURE}"
!define MUI_WELCOMEPAGE_TEXT "$(WelcomeText)"
!define MUI_ABORTWARNING
!define MUI_FINISHPAGE_RUN "$INSTDIR\${WINDOW}"
!define MUI_COMPONENTSPAGE_SMALLDESC
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "TradChinese"
!include "words.nsh"

!ifdef SIGN_COMMAND
  !finalize '${SIGN_COMMAND}'
  !uninstfinalize '${SIGN_COMMAND}'
!endif

; --- what is installed

Section "!Folioscope" SecProgram
  SectionIn RO
  Call WaitUntilClosed
  Call RemoveEarlier
  !include "files.nsh"
  SetOutPath "$INSTDIR"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "$SMPROGRAMS\Folioscope.lnk" "$INSTDIR\${WINDOW}" "" "$INSTDIR\${WINDOW}" 0 \
    SW_SHOWNORMAL "" "$(AboutShortcut)"
  ; Win+R and Start find it; PATH stays as it is
  WriteRegStr HKCU "${APP_PATHS}" "" "$INSTDIR\${COMMAND}"
  WriteRegStr HKCU "${APP_PATHS}" "Path" "$INSTDIR"
  Call WriteAppsEntry
SectionEnd

Section "$(NameFolderMenu)" SecFolderMenu
  !insertmacro FolderVerb "Directory"
  !insertmacro FolderVerb "Directory\Background"
  !insertmacro FolderVerb "Drive"
SectionEnd

Section /o "$(NameFileTypes)" SecFileTypes
  WriteRegStr HKCU "${CLASSES}\Folioscope.Document" "" "$(AboutDocument)"
  WriteRegStr HKCU "${CLASSES}\Folioscope.Document\shell\open\command" "" \
    '"$INSTDIR\${WINDOW}" gui "%1"'
  WriteRegStr HKCU "${CLASSES}\Applications\${WINDOW}\shell\open\command" "" \
    '"$INSTDIR\${WINDOW}" gui "%1"'
  WriteRegStr HKCU "${CLASSES}\Applications\${WINDOW}" "FriendlyAppName" "Folioscope"
  !insertmacro ForEachType OfferType
SectionEnd

Section /o "$(NameDesktop)" SecDesktop
  CreateShortcut "$DESKTOP\Folioscope.lnk" "$INSTDIR\${WINDOW}"
SectionEnd

Section "-Last"
  !insertmacro KeepChoice "${SecFolderMenu}" "FolderMenu"
  !insertmacro KeepChoice "${SecFileTypes}" "FileTypes"
  !insertmacro KeepChoice "${SecDesktop}" "Desktop"
  Call TellShell
SectionEnd

!insertmacro MUI_FUNCTION_DESCRIPTION_BEGIN
  !insertmacro MUI_DESCRIPTION_TEXT ${SecProgram} "$(AboutProgram)"
  !insertmacro MUI_DESCRIPTION_TEXT ${SecFolderMenu} "$(AboutFolderMenu)"
  !insertmacro MUI_DESCRIPTION_TEXT ${SecFileTypes} "$(AboutFileTypes)"
  !insertmacro MUI_DESCRIPTION_TEXT ${SecDesktop} "$(AboutDesktop)"
!insertmacro MUI_FUNCTION_DESCRIPTION_END

Function .onInit
  SetRegView 64
  ${IfNot} ${RunningX64}
  ${OrIfNot} ${AtLeastBuild} ${OLDEST_BUILD}
    MessageBox MB_ICONSTOP "$(TooOld)" /SD IDOK
    SetErrorLevel 5
    Quit
  ${EndIf}
  Call RefuseDowngrade
  !insertmacro Choice "${SecFolderMenu}" "FolderMenu" "/FOLDERMENU="
  !insertmacro Choice "${SecFileTypes}" "FileTypes" "/FILETYPES="
  !insertmacro Choice "${SecDesktop}" "Desktop" "/DESKTOP="
FunctionEnd

; An older version over a newer one may not understand its libraries.
Function RefuseDowngrade
  ReadRegStr $0 HKCU "${UNINSTALL}" "DisplayVersion"
  ${If} $0 == ""
    Return
  ${EndIf}
  ${VersionCompare} "$0" "${VERSION}" $1 ; 1: the first is newer
  ${If} $1 != 1
    Return
  ${EndIf}
  ${GetParameters} $2
  ClearErrors
  ${GetOptions} $2 "/DOWNGRADE" $3
  ${IfNot} ${Errors}
    Return
  ${EndIf}
  ; a box does not answer itself in silence but by /SD
  MessageBox MB_YESNO|MB_DEFBUTTON2|MB_ICONEXCLAMATION "$(IsNewer)" /SD IDNO IDYES go_on
  SetErrorLevel 4
  Quit
  go_on:
FunctionEnd

!insertmacro WaitUntilClosed ""
!insertmacro TellShell ""

; Files of the version before that this one has no more must go; its uninstaller knows them.
Function RemoveEarlier
  ReadRegStr $0 HKCU "${UNINSTALL}" "InstallLocation"
  ${If} $0 == ""
  ${OrIfNot} ${FileExists} "$0\uninstall.exe"
    Return
  ${EndIf}
  InitPluginsDir
  CopyFiles /SILENT "$0\uninstall.exe" "$PLUGINSDIR\earlier.exe"
  ExecWait '"$PLUGINSDIR\earlier.exe" /S /UPGRADE _?=$0' $1
  ${If} $1 != 0
    MessageBox MB_ICONSTOP "$(EarlierStays)" /SD IDOK
    SetErrorLevel 2
    Abort
  ${EndIf}
FunctionEnd

Function WriteAppsEntry
  WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "Folioscope"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "$INSTDIR\${WINDOW}"
  WriteRegStr HKCU "${UNINSTALL}" "Publisher" "${PUBLISHER}"
  WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL}" "EstimatedSize" ${SIZE_KB}
  WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
FunctionEnd

; --- what is taken away again

Function un.onInit
  SetRegView 64
FunctionEnd

!insertmacro WaitUntilClosed "un."
!insertmacro TellShell "un."

Section "Uninstall"
  Call un.WaitUntilClosed
  ; only what was installed: whatever else lies in the folder is somebody's own
  !include "remove.nsh"
  Delete "$INSTDIR\uninstall.exe"
  SetOutPath "$TEMP" ; else the folder is in use
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\Folioscope.lnk"
  Delete "$DESKTOP\Folioscope.lnk"
  DeleteRegKey HKCU "${CLASSES}\Directory\shell\Folioscope"
  DeleteRegKey HKCU "${CLASSES}\Directory\Background\shell\Folioscope"
  DeleteRegKey HKCU "${CLASSES}\Drive\shell\Folioscope"
  DeleteRegKey HKCU "${CLASSES}\Folioscope.Document"
  DeleteRegKey HKCU "${CLASSES}\Applications\${WINDOW}"
  !insertmacro ForEachType WithdrawType
  DeleteRegKey HKCU "${APP_PATHS}"
  DeleteRegKey HKCU "${UNINSTALL}"
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/UPGRADE" $1
  ${If} ${Errors}
    DeleteRegKey HKCU "Software\Folioscope"
    Call un.AskAboutLibraries
  ${EndIf}
  Call un.TellShell
SectionEnd

; In silence libraries stay: nobody was asked.
Function un.AskAboutLibraries
  ${IfNot} ${FileExists} "${DATA}\*.*"
    Return
  ${EndIf}
  MessageBox MB_YESNO|MB_DEFBUTTON2|MB_ICONQUESTION "$(AskLibraries)" /SD IDNO IDNO keep
  RMDir /r "${DATA}"
  ${If} ${FileExists} "${DATA}\*.*"
    MessageBox MB_ICONEXCLAMATION "$(LibrariesStay)" /SD IDOK
  ${EndIf}
  keep:
FunctionEnd
