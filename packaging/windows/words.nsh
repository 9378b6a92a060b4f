; What the installer says, in both languages of Folioscope.

LangString WelcomeText ${LANG_ENGLISH} \
  "This sets up Folioscope ${VERSION} for you alone; an administrator is not needed.$\r$\n$\r$\n\
Nothing is sent anywhere, and your documents are only read.$\r$\n$\r$\nClick Next to go on."
LangString WelcomeText ${LANG_TRADCHINESE} \
  "這會為你個人安裝 Folioscope ${VERSION}，不需要系統管理員。$\r$\n$\r$\n\
不會傳送任何資料，你的文件只會被讀取。$\r$\n$\r$\n請按「下一步」繼續。"

LangString NameFolderMenu ${LANG_ENGLISH} "On the menu of folders"
LangString NameFolderMenu ${LANG_TRADCHINESE} "加入資料夾的右鍵選單"
LangString NameFileTypes ${LANG_ENGLISH} "Offer for PDFs and pictures"
LangString NameFileTypes ${LANG_TRADCHINESE} "可開啟 PDF 與圖片"
LangString NameDesktop ${LANG_ENGLISH} "On the desktop"
LangString NameDesktop ${LANG_TRADCHINESE} "桌面捷徑"

LangString AboutProgram ${LANG_ENGLISH} "Folioscope, with the model that it searches with."
LangString AboutProgram ${LANG_TRADCHINESE} "Folioscope 以及搜尋所用的模型。"
LangString AboutFolderMenu ${LANG_ENGLISH} \
  "“Search in folder with Folioscope” on the menu of every folder and drive."
LangString AboutFolderMenu ${LANG_TRADCHINESE} \
  "在每個資料夾與磁碟機的選單加入「用 Folioscope 搜尋此資料夾」。"
LangString AboutFileTypes ${LANG_ENGLISH} \
  "“Open with” offers Folioscope. What opens these files by itself stays as it is."
LangString AboutFileTypes ${LANG_TRADCHINESE} \
  "「開啟檔案」選單會列出 Folioscope。預設開啟的程式不變。"
LangString AboutDesktop ${LANG_ENGLISH} "A shortcut on your desktop."
LangString AboutDesktop ${LANG_TRADCHINESE} "在桌面建立捷徑。"
LangString AboutShortcut ${LANG_ENGLISH} "Find the page you remember"
LangString AboutShortcut ${LANG_TRADCHINESE} "找到你記得的那一頁"
LangString AboutDocument ${LANG_ENGLISH} "Document"
LangString AboutDocument ${LANG_TRADCHINESE} "文件"

LangString SearchInFolder ${LANG_ENGLISH} "Search in folder with Folioscope"
LangString SearchInFolder ${LANG_TRADCHINESE} "用 Folioscope 搜尋此資料夾"

LangString TooOld ${LANG_ENGLISH} \
  "Folioscope needs a 64-bit Windows 10, version 1809 or later. Nothing was installed."
LangString TooOld ${LANG_TRADCHINESE} \
  "Folioscope 需要 64 位元的 Windows 10 1809 或更新的版本。未安裝任何檔案。"
LangString IsNewer ${LANG_ENGLISH} \
  "Version $0 of Folioscope is installed, which is newer than ${VERSION} and may have changed \
your libraries in a way that ${VERSION} does not understand. Install ${VERSION} all the same?"
LangString IsNewer ${LANG_TRADCHINESE} \
  "已安裝的 Folioscope $0 比 ${VERSION} 新，且可能已將你的資料庫改成 ${VERSION} 無法讀取的格式。\
仍要安裝 ${VERSION} 嗎？"
LangString StillRuns ${LANG_ENGLISH} "Folioscope is running. Close it, then try again."
LangString StillRuns ${LANG_TRADCHINESE} "Folioscope 正在執行。請先關閉，再試一次。"
LangString EarlierStays ${LANG_ENGLISH} \
  "The version before could not be removed. Close Folioscope, and uninstall it under \
Settings → Apps."
LangString EarlierStays ${LANG_TRADCHINESE} \
  "無法移除先前的版本。請關閉 Folioscope，並在「設定 → 應用程式」中解除安裝。"
LangString AskLibraries ${LANG_ENGLISH} \
  "Also delete your libraries, models and preferences in ${DATA}? Your own documents are not \
touched.$\r$\n$\r$\nWith “No” everything is there when you install Folioscope again."
LangString AskLibraries ${LANG_TRADCHINESE} \
  "是否一併刪除 ${DATA} 中的資料庫、模型與偏好設定？你的文件不受影響。$\r$\n$\r$\n選「否」，\
日後重新安裝 Folioscope 時一切都還在。"
LangString LibrariesStay ${LANG_ENGLISH} \
  "Not everything could be deleted. Something in ${DATA} is in use; delete the folder yourself."
LangString LibrariesStay ${LANG_TRADCHINESE} \
  "無法刪除全部內容：${DATA} 中有檔案正在使用。請自行刪除此資料夾。"
