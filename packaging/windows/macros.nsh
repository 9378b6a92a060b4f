; What the installer and its uninstaller do over and over.

; The folder menu, in a folder, on it, and on a drive. "\." keeps the backslash of "C:\" from
; eating the quotation mark behind it.
!macro FolderVerb KIND
  WriteRegStr HKCU "${CLASSES}\${KIND}\shell\Folioscope" "" "$(SearchInFolder)"
  WriteRegStr HKCU "${CLASSES}\${KIND}\shell\Folioscope" "Icon" "$INSTDIR\${WINDOW}"
  WriteRegStr HKCU "${CLASSES}\${KIND}\shell\Folioscope\command" "" \
    '"$INSTDIR\${WINDOW}" gui --search-in "%V\."'
!macroend

; "Open with" offers Folioscope; what opens a file by itself stays the user's choice.
!macro OfferType EXTENSION
  WriteRegStr HKCU "${CLASSES}\${EXTENSION}\OpenWithProgids" "Folioscope.Document" ""
  WriteRegStr HKCU "${CLASSES}\Applications\${WINDOW}\SupportedTypes" "${EXTENSION}" ""
!macroend

!macro WithdrawType EXTENSION
  DeleteRegValue HKCU "${CLASSES}\${EXTENSION}\OpenWithProgids" "Folioscope.Document"
  DeleteRegKey /ifempty HKCU "${CLASSES}\${EXTENSION}\OpenWithProgids"
  DeleteRegKey /ifempty HKCU "${CLASSES}\${EXTENSION}"
!macroend

; A section is chosen by a switch, else as the last time, else as it stands in the script.
!macro Choice SECTION NAME SWITCH
  ClearErrors
  ReadRegDWORD $0 HKCU "${CHOICES}" "${NAME}"
  ${IfNot} ${Errors}
    !insertmacro SetChoice ${SECTION} $0
  ${EndIf}
  ${GetParameters} $1
  ClearErrors
  ${GetOptions} $1 "${SWITCH}" $0
  ${IfNot} ${Errors}
    !insertmacro SetChoice ${SECTION} $0
  ${EndIf}
!macroend

!macro SetChoice SECTION VALUE
  ${If} ${VALUE} == 0
    !insertmacro UnselectSection ${SECTION}
  ${Else}
    !insertmacro SelectSection ${SECTION}
  ${EndIf}
!macroend

!macro KeepChoice SECTION NAME
  ${If} ${SectionIsSelected} ${SECTION}
    WriteRegDWORD HKCU "${CHOICES}" "${NAME}" 1
  ${Else}
    WriteRegDWORD HKCU "${CHOICES}" "${NAME}" 0
  ${EndIf}
!macroend

; A program that runs cannot be opened for writing.
!macro WaitUntilClosed PREFIX
Function ${PREFIX}WaitUntilClosed
  again:
  StrCpy $1 0
  !insertmacro CountOpen "${WINDOW}"
  !insertmacro CountOpen "${COMMAND}"
  ${If} $1 == 0
    Return
  ${EndIf}
  MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "$(StillRuns)" /SD IDCANCEL IDRETRY again
  SetErrorLevel 3
  Quit
FunctionEnd
!macroend

!macro CountOpen FILE
  ${If} ${FileExists} "$INSTDIR\${FILE}"
    ClearErrors
    FileOpen $0 "$INSTDIR\${FILE}" a
    ${If} ${Errors}
      IntOp $1 $1 + 1
    ${Else}
      FileClose $0
    ${EndIf}
  ${EndIf}
!macroend

; Icons and menus are read again: SHCNE_ASSOCCHANGED.
!macro TellShell PREFIX
Function ${PREFIX}TellShell
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
FunctionEnd
!macroend
