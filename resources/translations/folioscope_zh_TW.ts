<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_TW" sourcelanguage="en">
  <context>
    <name>Folioscope</name>
    <message numerus="yes">
      <source>%Ln cores</source>
      <translation>
        <numerusform>%Ln 核心</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln days</source>
      <translation>
        <numerusform>%Ln 天</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln documents that only others have stay there.</source>
      <translation>
        <numerusform>只有別人擁有的 %Ln 份文件留在那裡。</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln failed</source>
      <translation>
        <numerusform>%Ln 個失敗</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln files</source>
      <translation>
        <numerusform>%Ln 個檔案</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln files no longer there.</source>
      <translation>
        <numerusform>%Ln 個檔案已不存在。</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln folders</source>
      <translation>
        <numerusform>%Ln 個資料夾</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln hours</source>
      <translation>
        <numerusform>%Ln 小時</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln left out</source>
      <translation>
        <numerusform>%Ln 個略過</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln minutes</source>
      <translation>
        <numerusform>%Ln 分鐘</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln moved files found again.</source>
      <translation>
        <numerusform>找回 %Ln 個移動過的檔案。</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln pages</source>
      <translation>
        <numerusform>%Ln 頁</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln pages could not be drawn</source>
      <translation>
        <numerusform>%Ln 頁無法繪製</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln questions were answered alike by both.</source>
      <translation>
        <numerusform>兩邊對 %Ln 個問題的回答相同。</numerusform>
      </translation>
    </message>
    <message>
      <source>1 page</source>
      <translation>1 頁</translation>
    </message>
    <message>
      <source>16 bits: for graphics cards</source>
      <translation>16 位元：適合顯示卡</translation>
    </message>
    <message>
      <source>32 bits: exact, large and slow</source>
      <translation>32 位元：精確，但大而慢</translation>
    </message>
    <message>
      <source>4 bits: the smallest</source>
      <translation>4 位元：最小</translation>
    </message>
    <message>
      <source>8 bits throughout: fast on processors</source>
      <translation>全程 8 位元：在處理器上較快</translation>
    </message>
    <message>
      <source>8 bits: half the size</source>
      <translation>8 位元：大小減半</translation>
    </message>
    <message>
      <source>A certificate authority from a file</source>
      <translation>檔案中的憑證授權單位</translation>
    </message>
    <message>
      <source>A certificate with this fingerprint</source>
      <translation>有此指紋的憑證</translation>
    </message>
    <message>
      <source>A model is only downloaded after you agreed to it, and checked by its sha256.</source>
      <translation>只有在您同意後才會下載模型，並以 sha256 檢查。</translation>
    </message>
    <message>
      <source>A pattern a line, as in a .gitignore file. A folder's name ends in a slash.</source>
      <translation>每行一個樣式，寫法與 .gitignore 相同。資料夾名稱以斜線結尾。</translation>
    </message>
    <message>
      <source>A picture of every page, and whatever you search for, is sent to {0}.</source>
      <translation>每一頁的圖片，以及您搜尋的一切內容，都會傳送到 {0}。</translation>
    </message>
    <message>
      <source>A proxy on the way to {0} wants a login (407).</source>
      <translation>通往 {0} 的代理伺服器要求登入（407）。</translation>
    </message>
    <message>
      <source>A proxy or gateway before {0} cannot reach the Elasticsearch server ({1}).</source>
      <translation>{0} 前面的代理或閘道連不到 Elasticsearch 伺服器（{1}）。</translation>
    </message>
    <message>
      <source>A second look needs a model that is not installed.</source>
      <translation>再看一次所需的模型尚未安裝。</translation>
    </message>
    <message>
      <source>A second look needs a reranking model.</source>
      <translation>再看一次需要重新排序模型。</translation>
    </message>
    <message>
      <source>A second look needs words: it reads pages together with what you typed.</source>
      <translation>再看一次需要文字：頁面會連同您輸入的內容一起讀。</translation>
    </message>
    <message>
      <source>API key</source>
      <translation>API 金鑰</translation>
    </message>
    <message>
      <source>API key or password</source>
      <translation>API 金鑰或密碼</translation>
    </message>
    <message>
      <source>About</source>
      <translation>關於</translation>
    </message>
    <message>
      <source>Accept its licence at {0} and set HF_TOKEN.</source>
      <translation>請在 {0} 接受授權並設定 HF_TOKEN。</translation>
    </message>
    <message>
      <source>Activity</source>
      <translation>活動</translation>
    </message>
    <message>
      <source>Activity (Ctrl+J)</source>
      <translation>活動（Ctrl+J）</translation>
    </message>
    <message>
      <source>Add a folder</source>
      <translation>加入資料夾</translation>
    </message>
    <message>
      <source>Add folder…</source>
      <translation>加入資料夾…</translation>
    </message>
    <message>
      <source>Add it and search in it</source>
      <translation>加入並在其中搜尋</translation>
    </message>
    <message>
      <source>Add it to the library</source>
      <translation>加入資料庫</translation>
    </message>
    <message>
      <source>Add the samples</source>
      <translation>加入範例</translation>
    </message>
    <message>
      <source>Add {what}</source>
      <translation>加入 {what}</translation>
    </message>
    <message>
      <source>Address</source>
      <translation>位址</translation>
    </message>
    <message>
      <source>Address of the server</source>
      <translation>伺服器位址</translation>
    </message>
    <message>
      <source>Agree and install</source>
      <translation>同意並安裝</translation>
    </message>
    <message>
      <source>All files are as they were installed.</source>
      <translation>所有檔案與安裝時相同。</translation>
    </message>
    <message>
      <source>All pages</source>
      <translation>所有頁面</translation>
    </message>
    <message>
      <source>All pages are copied with their vectors and compared. You can search meanwhile; reading of files rests. Nothing is switched before you are asked.</source>
      <translation>所有頁面會連同向量一起複製並比對。期間仍可搜尋；檔案讀取會暫停。切換之前會先詢問您。</translation>
    </message>
    <message>
      <source>All pages can be found by words and by look.</source>
      <translation>所有頁面都能以文字和外觀搜尋。</translation>
    </message>
    <message>
      <source>All pages can be found by words.</source>
      <translation>所有頁面都能以文字搜尋。</translation>
    </message>
    <message>
      <source>All {count} pages are ready.</source>
      <translation>全部 {count} 頁已就緒。</translation>
    </message>
    <message>
      <source>Also finds charts, diagrams and screenshots by look, on any computer, and frames the part that matched. It understands English; words in other languages are found as Starter finds them.</source>
      <translation>也能依外觀找到圖表、示意圖和螢幕截圖，任何電腦都能執行，並框出相符的部分。它懂英文；其他語言的文字仍由「入門」尋找。</translation>
    </message>
    <message>
      <source>Also finds charts, tables and layouts by look, and frames the part that matched.</source>
      <translation>也能依外觀找到圖表、表格和版面，並框出相符的部分。</translation>
    </message>
    <message>
      <source>Also finds photos and drawings by what they show.</source>
      <translation>也能依內容找到照片和圖畫。</translation>
    </message>
    <message>
      <source>An API key</source>
      <translation>API 金鑰</translation>
    </message>
    <message>
      <source>Another computer has files in this library, and what was read of them would be lost as well.</source>
      <translation>另一部電腦在這個資料庫裡也有檔案，從那些檔案讀取的內容也會一併失去。</translation>
    </message>
    <message>
      <source>Another computer shares this library, and what the model saw would be lost for all.</source>
      <translation>另一部電腦共用這個資料庫，模型看過的內容會為所有人失去。</translation>
    </message>
    <message>
      <source>Another key or password</source>
      <translation>另一組金鑰或密碼</translation>
    </message>
    <message>
      <source>Answers by look</source>
      <translation>外觀相符</translation>
    </message>
    <message>
      <source>Any use</source>
      <translation>任何用途</translation>
    </message>
    <message>
      <source>Arrows, Page up, Page down, Home, End, letters</source>
      <translation>方向鍵、Page Up、Page Down、Home、End、字母</translation>
    </message>
    <message>
      <source>As the system</source>
      <translation>與系統相同</translation>
    </message>
    <message>
      <source>Ask the server</source>
      <translation>詢問伺服器</translation>
    </message>
    <message>
      <source>Ask who runs the server for the cluster right “monitor_inference”.</source>
      <translation>請向管理伺服器的人要求叢集權限「monitor_inference」。</translation>
    </message>
    <message>
      <source>Ask who runs the server for the rights.</source>
      <translation>請向伺服器管理者要求權限。</translation>
    </message>
    <message>
      <source>Asking the server…</source>
      <translation>正在詢問伺服器…</translation>
    </message>
    <message>
      <source>At every second look, what you typed and the text, or the picture where the model sees, of up to 20 pages are sent to {0}.</source>
      <translation>每次再看一次時，您輸入的內容，以及最多 20 頁的文字（模型看得見時則為圖片），都會傳送到 {0}。</translation>
    </message>
    <message>
      <source>Away</source>
      <translation>離線</translation>
    </message>
    <message>
      <source>Back</source>
      <translation>返回</translation>
    </message>
    <message>
      <source>Back (Esc)</source>
      <translation>返回（Esc）</translation>
    </message>
    <message>
      <source>Back to {count} results</source>
      <translation>返回 {count} 個結果</translation>
    </message>
    <message>
      <source>Before {date}</source>
      <translation>{date} 以前</translation>
    </message>
    <message>
      <source>Both onnxruntime and onnxruntime-gpu are installed, and each overwrites the other.</source>
      <translation>同時安裝了 onnxruntime 與 onnxruntime-gpu，兩者會互相覆蓋。</translation>
    </message>
    <message>
      <source>By its words, by what they mean, or by how it looks.</source>
      <translation>依文字、意思或外觀尋找。</translation>
    </message>
    <message>
      <source>Cancel</source>
      <translation>取消</translation>
    </message>
    <message>
      <source>Certificate authority</source>
      <translation>憑證授權單位</translation>
    </message>
    <message>
      <source>Certificates that this computer trusts</source>
      <translation>這台電腦信任的憑證</translation>
    </message>
    <message>
      <source>Changes take effect when Folioscope is started again.</source>
      <translation>變更會在下次啟動 Folioscope 時生效。</translation>
    </message>
    <message>
      <source>Check date and time here; if they are right, the server needs a new one.</source>
      <translation>請檢查這裡的日期與時間；若正確，伺服器需要新憑證。</translation>
    </message>
    <message>
      <source>Check files</source>
      <translation>檢查檔案</translation>
    </message>
    <message>
      <source>Check files of {name}</source>
      <translation>檢查「{name}」的檔案</translation>
    </message>
    <message>
      <source>Check the address and that the server runs.</source>
      <translation>請檢查位址，並確認伺服器正在執行。</translation>
    </message>
    <message>
      <source>Check the address and the network.</source>
      <translation>請檢查位址和網路。</translation>
    </message>
    <message>
      <source>Check the library</source>
      <translation>檢查資料庫</translation>
    </message>
    <message>
      <source>Check the network.</source>
      <translation>請檢查網路。</translation>
    </message>
    <message>
      <source>Check the prefix, or add a folder first.</source>
      <translation>請檢查名稱開頭，或先加入資料夾。</translation>
    </message>
    <message>
      <source>Check the prefix, or index into it first.</source>
      <translation>請檢查名稱開頭，或先在那裡建立索引。</translation>
    </message>
    <message>
      <source>Checked {done} of {total} pages</source>
      <translation>已比對 {done}／{total} 頁</translation>
    </message>
    <message>
      <source>Checking every page…</source>
      <translation>正在檢查每一頁…</translation>
    </message>
    <message>
      <source>Checking the files…</source>
      <translation>正在檢查檔案…</translation>
    </message>
    <message>
      <source>Checking: {amount}</source>
      <translation>檢查中：{amount}</translation>
    </message>
    <message>
      <source>Choose another model.</source>
      <translation>請選擇其他模型。</translation>
    </message>
    <message>
      <source>Choose another prefix, or read this library with that model first.</source>
      <translation>請選擇其他名稱開頭，或先以那個模型讀取這個資料庫。</translation>
    </message>
    <message>
      <source>Choose another prefix.</source>
      <translation>請選擇其他名稱開頭。</translation>
    </message>
    <message>
      <source>Choose it again to agree to that.</source>
      <translation>請重新選擇它以表示同意。</translation>
    </message>
    <message>
      <source>Choose one in Settings → Models.</source>
      <translation>請在設定的「模型」中選擇。</translation>
    </message>
    <message>
      <source>Choose that one with folioscope models agree NAME, or read its files again: folioscope index --rebuild.</source>
      <translation>請以 folioscope models agree NAME 選用那個模型，或重新讀取檔案：folioscope index --rebuild。</translation>
    </message>
    <message>
      <source>Choose that one with folioscope models agree NAME.</source>
      <translation>請以 folioscope models agree NAME 選用那個模型。</translation>
    </message>
    <message>
      <source>Choose that one with folioscope models forget NAME, or read its files again: folioscope index --rebuild.</source>
      <translation>請以 folioscope models forget NAME 改回那個模型，或重新讀取檔案：folioscope index --rebuild。</translation>
    </message>
    <message>
      <source>Choose that one with folioscope models forget NAME.</source>
      <translation>請以 folioscope models forget NAME 改回那個模型。</translation>
    </message>
    <message>
      <source>Choose…</source>
      <translation>選擇…</translation>
    </message>
    <message>
      <source>Clear</source>
      <translation>清除</translation>
    </message>
    <message>
      <source>Clear (Esc)</source>
      <translation>清除 (Esc)</translation>
    </message>
    <message>
      <source>Close</source>
      <translation>關閉</translation>
    </message>
    <message>
      <source>Close (Ctrl+J)</source>
      <translation>關閉（Ctrl+J）</translation>
    </message>
    <message>
      <source>Close (Esc)</source>
      <translation>關閉（Esc）</translation>
    </message>
    <message>
      <source>Close other programs, or choose a smaller precision.</source>
      <translation>請關閉其他程式，或選擇較小的精度。</translation>
    </message>
    <message>
      <source>Closest in meaning</source>
      <translation>語意最接近</translation>
    </message>
    <message>
      <source>Closest pages</source>
      <translation>最接近的頁面</translation>
    </message>
    <message>
      <source>Comes with Folioscope</source>
      <translation>隨 Folioscope 附上</translation>
    </message>
    <message>
      <source>Compact</source>
      <translation>壓縮</translation>
    </message>
    <message>
      <source>Compacted.</source>
      <translation>已壓縮。</translation>
    </message>
    <message>
      <source>Compacting gives back room on the disk. It also happens by itself.</source>
      <translation>壓縮可釋放磁碟空間，平時也會自動進行。</translation>
    </message>
    <message>
      <source>Compacting…</source>
      <translation>正在壓縮…</translation>
    </message>
    <message>
      <source>Converting: {amount}</source>
      <translation>轉換中：{amount}</translation>
    </message>
    <message>
      <source>Copied {done} of {total} pages</source>
      <translation>已複製 {done}／{total} 頁</translation>
    </message>
    <message>
      <source>Copied {pages} {in_documents}. Both hold the same, page by page.</source>
      <translation>已複製 {in_documents}{pages}。兩邊逐頁相同。</translation>
    </message>
    <message>
      <source>Copy SHA-256</source>
      <translation>複製 SHA-256</translation>
    </message>
    <message>
      <source>Copy picture</source>
      <translation>複製圖片</translation>
    </message>
    <message>
      <source>Copy text</source>
      <translation>複製文字</translation>
    </message>
    <message>
      <source>Copy text (Ctrl+C)</source>
      <translation>複製文字（Ctrl+C）</translation>
    </message>
    <message>
      <source>Copy the library</source>
      <translation>複製資料庫</translation>
    </message>
    <message>
      <source>Copy the page's text</source>
      <translation>複製頁面文字</translation>
    </message>
    <message>
      <source>Copy the place: file and page</source>
      <translation>複製位置：檔案與頁碼</translation>
    </message>
    <message>
      <source>Copy there…</source>
      <translation>複製到那裡…</translation>
    </message>
    <message>
      <source>Copying</source>
      <translation>複製中</translation>
    </message>
    <message>
      <source>Could not be read.</source>
      <translation>無法讀取。</translation>
    </message>
    <message>
      <source>Could not be read: the {0} is damaged. Replace the file.</source>
      <translation>無法讀取：{0} 已損壞。可更換檔案後再試。</translation>
    </message>
    <message>
      <source>Coverage</source>
      <translation>涵蓋範圍</translation>
    </message>
    <message>
      <source>Ctrl+Enter</source>
      <translation>Ctrl+Enter</translation>
    </message>
    <message>
      <source>Ctrl+Enter in the field</source>
      <translation>搜尋欄中按 Ctrl+Enter</translation>
    </message>
    <message>
      <source>Ctrl+F or /</source>
      <translation>Ctrl+F 或 /</translation>
    </message>
    <message>
      <source>Ctrl+comma</source>
      <translation>Ctrl+逗號</translation>
    </message>
    <message>
      <source>Dark</source>
      <translation>深色</translation>
    </message>
    <message>
      <source>Date</source>
      <translation>日期</translation>
    </message>
    <message>
      <source>Discard what is here</source>
      <translation>捨棄已下載的部分</translation>
    </message>
    <message>
      <source>Documents</source>
      <translation>文件</translation>
    </message>
    <message>
      <source>Documents found</source>
      <translation>找到的文件</translation>
    </message>
    <message>
      <source>Done</source>
      <translation>已完成</translation>
    </message>
    <message>
      <source>Down in the field</source>
      <translation>在搜尋欄按向下鍵</translation>
    </message>
    <message>
      <source>Download</source>
      <translation>下載</translation>
    </message>
    <message>
      <source>Download it again.</source>
      <translation>請重新下載。</translation>
    </message>
    <message>
      <source>Drag over years to keep only those</source>
      <translation>拖曳選取年份</translation>
    </message>
    <message>
      <source>Drag to draw, drag the handles to correct. Folioscope looks for pages that have something like it.</source>
      <translation>拖曳即可繪製，拖曳控點可修正。Folioscope 會尋找含有類似內容的頁面。</translation>
    </message>
    <message>
      <source>Draw a box</source>
      <translation>畫框</translation>
    </message>
    <message>
      <source>Draw a box on the large page to find it elsewhere</source>
      <translation>在大頁面上畫框，在其他地方尋找</translation>
    </message>
    <message>
      <source>Draw a box to find it elsewhere (B)</source>
      <translation>畫框以在其他地方尋找 (B)</translation>
    </message>
    <message>
      <source>Drop folders, PDFs or pictures here</source>
      <translation>將資料夾、PDF 或圖片拖放到這裡</translation>
    </message>
    <message>
      <source>Drop to add</source>
      <translation>放開即可加入</translation>
    </message>
    <message>
      <source>Drop to find pages that look like it</source>
      <translation>放開即可尋找外觀相似的頁面</translation>
    </message>
    <message>
      <source>Drop {name}</source>
      <translation>捨棄「{name}」</translation>
    </message>
    <message>
      <source>Drop “{0}”</source>
      <translation>去掉「{0}」</translation>
    </message>
    <message>
      <source>Drop…</source>
      <translation>捨棄…</translation>
    </message>
    <message>
      <source>Earlier queries</source>
      <translation>先前的搜尋</translation>
    </message>
    <message>
      <source>Enter</source>
      <translation>Enter</translation>
    </message>
    <message>
      <source>Enter finds, Esc clears, arrow keys move the box, Shift and arrow keys size it.</source>
      <translation>Enter 尋找，Esc 清除，方向鍵移動，Shift 加方向鍵調整大小。</translation>
    </message>
    <message>
      <source>Esc</source>
      <translation>Esc</translation>
    </message>
    <message>
      <source>Every file could be read.</source>
      <translation>所有檔案都已讀取。</translation>
    </message>
    <message>
      <source>Every file is read again. This can take long; you can search meanwhile.</source>
      <translation>所有檔案都會重新讀取，可能需要很久；期間仍可搜尋。</translation>
    </message>
    <message>
      <source>Every model is installed.</source>
      <translation>所有模型都已安裝。</translation>
    </message>
    <message>
      <source>F3, Shift+F3</source>
      <translation>F3、Shift+F3</translation>
    </message>
    <message>
      <source>Fair match</source>
      <translation>部分相符</translation>
    </message>
    <message>
      <source>Fetch it again, or copy the whole folder.</source>
      <translation>請重新取得，或複製整個資料夾。</translation>
    </message>
    <message>
      <source>Fewer</source>
      <translation>顯示較少</translation>
    </message>
    <message>
      <source>Files</source>
      <translation>檔案</translation>
    </message>
    <message>
      <source>Files and folders to pass over</source>
      <translation>要略過的檔案和資料夾</translation>
    </message>
    <message>
      <source>Filter</source>
      <translation>篩選</translation>
    </message>
    <message>
      <source>Filter {name}, Delete removes</source>
      <translation>篩選「{name}」，按 Delete 移除</translation>
    </message>
    <message>
      <source>Filters</source>
      <translation>篩選</translation>
    </message>
    <message>
      <source>Find pages that look like a picture</source>
      <translation>以圖片尋找外觀相似的頁面</translation>
    </message>
    <message>
      <source>Find the page you remember</source>
      <translation>找到您記得的那一頁</translation>
    </message>
    <message>
      <source>Find this elsewhere</source>
      <translation>在其他地方尋找</translation>
    </message>
    <message>
      <source>Fit</source>
      <translation>符合視窗</translation>
    </message>
    <message>
      <source>Folder</source>
      <translation>資料夾</translation>
    </message>
    <message>
      <source>Folder with the files of {name}</source>
      <translation>{name} 檔案所在的資料夾</translation>
    </message>
    <message>
      <source>Folders</source>
      <translation>資料夾</translation>
    </message>
    <message>
      <source>Folders and files</source>
      <translation>資料夾與檔案</translation>
    </message>
    <message numerus="yes">
      <source>Folioscope cannot read these %Ln files</source>
      <translation>
        <numerusform>無法讀取這 %Ln 個檔案</numerusform>
      </translation>
    </message>
    <message>
      <source>Folioscope cannot start</source>
      <translation>Folioscope 無法啟動</translation>
    </message>
    <message>
      <source>Folioscope opens no connection by itself, unless you turn on looking for newer versions. It sends no reports and counts nothing.</source>
      <translation>除非您開啟新版本檢查，否則 Folioscope 不會自行連線。它不傳送報告，也不做任何統計。</translation>
    </message>
    <message>
      <source>Folioscope {version}</source>
      <translation>Folioscope {version}</translation>
    </message>
    <message>
      <source>Folioscope {version} has been released.</source>
      <translation>Folioscope {version} 已推出。</translation>
    </message>
    <message>
      <source>For this computer: {name}, {size}.</source>
      <translation>適用於這部電腦：{name}，{size}。</translation>
    </message>
    <message>
      <source>For your {count} pages</source>
      <translation>處理您的 {count} 頁</translation>
    </message>
    <message>
      <source>Found by meaning</source>
      <translation>語意相近</translation>
    </message>
    <message>
      <source>Found by meaning only</source>
      <translation>僅語意相近</translation>
    </message>
    <message>
      <source>Free software under the GNU Affero General Public License, version 3 or later.</source>
      <translation>自由軟體，採用 GNU Affero 通用公共授權條款第 3 版或更新版本。</translation>
    </message>
    <message>
      <source>Free some room on this disk.</source>
      <translation>請在此磁碟騰出空間。</translation>
    </message>
    <message>
      <source>From the next opening on the library shows what is kept there: {place}. What is kept here stays. To take it along, copy it first.</source>
      <translation>下次開啟時，資料庫會顯示保存在那裡的內容：{place}。這裡的內容會保留。若要一併帶走，請先複製。</translation>
    </message>
    <message>
      <source>Getting ready to copy…</source>
      <translation>正在準備複製…</translation>
    </message>
    <message>
      <source>Give a valid API key, or a user's name and password.</source>
      <translation>請輸入有效的 API 金鑰，或使用者名稱與密碼。</translation>
    </message>
    <message>
      <source>Give another key or password…</source>
      <translation>提供另一組金鑰或密碼…</translation>
    </message>
    <message>
      <source>Give the address of the Elasticsearch server itself.</source>
      <translation>請輸入 Elasticsearch 伺服器本身的位址。</translation>
    </message>
    <message>
      <source>Give the server's CA file, or its certificate's fingerprint.</source>
      <translation>請提供伺服器的 CA 檔案，或其憑證的指紋。</translation>
    </message>
    <message>
      <source>Go on</source>
      <translation>繼續</translation>
    </message>
    <message>
      <source>Go on later.</source>
      <translation>請稍後再繼續。</translation>
    </message>
    <message>
      <source>Go on now</source>
      <translation>立即繼續</translation>
    </message>
    <message>
      <source>Go on…</source>
      <translation>繼續…</translation>
    </message>
    <message>
      <source>H, held</source>
      <translation>按住 H</translation>
    </message>
    <message>
      <source>Hide (H)</source>
      <translation>隱藏（H）</translation>
    </message>
    <message>
      <source>Hide all marks</source>
      <translation>隱藏所有標記</translation>
    </message>
    <message>
      <source>Hide weaker</source>
      <translation>隱藏較弱的結果</translation>
    </message>
    <message>
      <source>Holds</source>
      <translation>內容</translation>
    </message>
    <message>
      <source>If the server got a new certificate, give its fingerprint; else do not go on.</source>
      <translation>若伺服器換了新憑證，請輸入其指紋；否則請勿繼續。</translation>
    </message>
    <message>
      <source>If you keep pages on a server, their texts and vectors are there; the files themselves stay here.</source>
      <translation>若將頁面保存在伺服器，其文字與向量會在那裡；檔案本身仍留在這裡。</translation>
    </message>
    <message>
      <source>In the library's folder</source>
      <translation>在資料庫的資料夾</translation>
    </message>
    <message>
      <source>In this library's folder, on this computer</source>
      <translation>在這台電腦上此資料庫的資料夾</translation>
    </message>
    <message>
      <source>In use</source>
      <translation>使用中</translation>
    </message>
    <message>
      <source>Include the {0} page still being read</source>
      <translation>納入仍在讀取的 {0} 頁</translation>
    </message>
    <message>
      <source>Include the {0} pages still being read</source>
      <translation>納入仍在讀取的 {0} 頁</translation>
    </message>
    <message>
      <source>Indices begin with</source>
      <translation>索引名稱開頭</translation>
    </message>
    <message>
      <source>Install from a folder or USB stick…</source>
      <translation>從資料夾或隨身碟安裝…</translation>
    </message>
    <message>
      <source>Install it with: pip install "folioscope[cpu]", or "folioscope[gpu]" on a machine with an NVIDIA card.</source>
      <translation>安裝方式：pip install "folioscope[cpu]"，若電腦有 NVIDIA 顯示卡則用 "folioscope[gpu]"。</translation>
    </message>
    <message>
      <source>Install {name}</source>
      <translation>安裝「{name}」</translation>
    </message>
    <message>
      <source>Install {name}…</source>
      <translation>安裝「{name}」…</translation>
    </message>
    <message>
      <source>Installing {name}</source>
      <translation>正在安裝「{name}」</translation>
    </message>
    <message>
      <source>Install…</source>
      <translation>安裝…</translation>
    </message>
    <message>
      <source>Into the pages found</source>
      <translation>移到找到的頁面</translation>
    </message>
    <message>
      <source>It has 64 hexadecimal digits; the server's log or openssl x509 shows it.</source>
      <translation>它有 64 個十六進位數字；伺服器記錄或 openssl x509 會顯示。</translation>
    </message>
    <message>
      <source>It has rank_vectors, so it compares rows of looks itself.</source>
      <translation>它有 rank_vectors，因此由它自己比對外觀向量列。</translation>
    </message>
    <message>
      <source>It lacks rank_vectors, so rows of looks are compared on this computer.</source>
      <translation>它沒有 rank_vectors，因此外觀向量列在這台電腦上比對。</translation>
    </message>
    <message>
      <source>It looks like what you typed</source>
      <translation>外觀與您輸入的內容相似</translation>
    </message>
    <message>
      <source>It looks like your picture</source>
      <translation>外觀與您的圖片相似</translation>
    </message>
    <message>
      <source>It needs a newer system than this one.</source>
      <translation>它需要比這部電腦更新的系統。</translation>
    </message>
    <message>
      <source>It passes that on to another company's service ({0}).</source>
      <translation>該伺服器會再轉交給另一家公司的服務（{0}）。</translation>
    </message>
    <message>
      <source>It passes that on to the Elastic Inference Service, which Elastic runs in its cloud.</source>
      <translation>該伺服器會再轉交給由 Elastic 在其雲端執行的 Elastic Inference Service。</translation>
    </message>
    <message>
      <source>It was made for something else; choose another prefix.</source>
      <translation>它是為別的用途建立的；請選擇其他名稱開頭。</translation>
    </message>
    <message>
      <source>Its address begins with http://, not https://.</source>
      <translation>它的位址以 http:// 開頭，而不是 https://。</translation>
    </message>
    <message>
      <source>Its text is still to be read</source>
      <translation>文字尚未辨識</translation>
    </message>
    <message>
      <source>Keep pages there</source>
      <translation>保存在那裡</translation>
    </message>
    <message>
      <source>Kept in this computer's keyring. Left empty, what was kept before is used.</source>
      <translation>保存在這台電腦的鑰匙圈。留空則使用先前保存的。</translation>
    </message>
    <message>
      <source>Keyboard</source>
      <translation>鍵盤</translation>
    </message>
    <message>
      <source>Language</source>
      <translation>語言</translation>
    </message>
    <message>
      <source>Large (Enter)</source>
      <translation>放大（Enter）</translation>
    </message>
    <message>
      <source>Larger than the limit of {0} megapixels ({1}).</source>
      <translation>超過 {0} 百萬像素的上限（{1}）。</translation>
    </message>
    <message>
      <source>Last five years</source>
      <translation>最近五年</translation>
    </message>
    <message>
      <source>Last looked: {time}.</source>
      <translation>上次檢查：{time}。</translation>
    </message>
    <message>
      <source>Leave the results as they are (Esc)</source>
      <translation>保留原來的結果 (Esc)</translation>
    </message>
    <message>
      <source>Library</source>
      <translation>資料庫</translation>
    </message>
    <message>
      <source>Licence</source>
      <translation>授權條款</translation>
    </message>
    <message>
      <source>Licence of {name}</source>
      <translation>「{name}」的授權條款</translation>
    </message>
    <message>
      <source>Licences</source>
      <translation>授權條款</translation>
    </message>
    <message>
      <source>Licences…</source>
      <translation>授權條款…</translation>
    </message>
    <message>
      <source>Light</source>
      <translation>淺色</translation>
    </message>
    <message>
      <source>Light pages</source>
      <translation>輕量頁面</translation>
    </message>
    <message>
      <source>Light up only “{word}”</source>
      <translation>只標示「{word}」</translation>
    </message>
    <message>
      <source>List of parts for programs (CycloneDX)</source>
      <translation>供程式讀取的元件清單（CycloneDX）</translation>
    </message>
    <message>
      <source>Loading the model</source>
      <translation>正在載入模型</translation>
    </message>
    <message>
      <source>Locked with a password</source>
      <translation>受密碼保護</translation>
    </message>
    <message>
      <source>Locked with a password.</source>
      <translation>受密碼保護。</translation>
    </message>
    <message>
      <source>Log in with</source>
      <translation>登入方式</translation>
    </message>
    <message>
      <source>Look</source>
      <translation>外觀</translation>
    </message>
    <message>
      <source>Look and language</source>
      <translation>外觀與語言</translation>
    </message>
    <message>
      <source>Look at pages on battery</source>
      <translation>使用電池時也分析外觀</translation>
    </message>
    <message>
      <source>Look at pages while I work</source>
      <translation>工作時也分析外觀</translation>
    </message>
    <message>
      <source>Look for changes now</source>
      <translation>立即檢查變更</translation>
    </message>
    <message>
      <source>Look for newer versions</source>
      <translation>檢查新版本</translation>
    </message>
    <message>
      <source>Look goes on while you are away.</source>
      <translation>外觀分析會在您離開時繼續。</translation>
    </message>
    <message>
      <source>Look is paused.</source>
      <translation>外觀分析已暫停。</translation>
    </message>
    <message>
      <source>Look is waiting for mains power.</source>
      <translation>外觀分析等待接上電源。</translation>
    </message>
    <message>
      <source>Look now</source>
      <translation>立即檢查</translation>
    </message>
    <message>
      <source>Look on the page that you have Folioscope from.</source>
      <translation>請到您取得 Folioscope 的網頁查看。</translation>
    </message>
    <message>
      <source>Look {percent} %</source>
      <translation>外觀 {percent} %</translation>
    </message>
    <message>
      <source>Looked at in this library</source>
      <translation>這個資料庫的外觀分析</translation>
    </message>
    <message>
      <source>Looking at pages cannot go on.</source>
      <translation>無法繼續分析外觀。</translation>
    </message>
    <message>
      <source>Looking at pages.</source>
      <translation>正在分析外觀。</translation>
    </message>
    <message>
      <source>Looking at pages: {left}.</source>
      <translation>正在分析外觀：{left}。</translation>
    </message>
    <message>
      <source>Looking for a newer version…</source>
      <translation>正在檢查新版本…</translation>
    </message>
    <message>
      <source>Looking for changes in your folders</source>
      <translation>正在檢查資料夾的變更</translation>
    </message>
    <message>
      <source>Looking for newer versions is turned off.</source>
      <translation>新版本檢查已關閉。</translation>
    </message>
    <message>
      <source>Make room on the server; nothing is lost, and it goes on by itself.</source>
      <translation>請在伺服器上騰出空間；沒有遺失任何東西，之後會自動繼續。</translation>
    </message>
    <message>
      <source>Make room there, or check that you may write to it.</source>
      <translation>請在該處騰出空間，或確認您有寫入權限。</translation>
    </message>
    <message>
      <source>Marks</source>
      <translation>標記</translation>
    </message>
    <message>
      <source>Matches</source>
      <translation>相符處</translation>
    </message>
    <message>
      <source>Matches and actions</source>
      <translation>相符處與動作</translation>
    </message>
    <message>
      <source>Meaning</source>
      <translation>語意</translation>
    </message>
    <message>
      <source>Measure</source>
      <translation>測量</translation>
    </message>
    <message>
      <source>Measure again</source>
      <translation>重新測量</translation>
    </message>
    <message>
      <source>Measuring…</source>
      <translation>測量中…</translation>
    </message>
    <message>
      <source>Memory in use</source>
      <translation>使用的記憶體</translation>
    </message>
    <message>
      <source>Model and licence</source>
      <translation>模型與授權</translation>
    </message>
    <message>
      <source>Model for second looks</source>
      <translation>再看一次所用的模型</translation>
    </message>
    <message>
      <source>Models</source>
      <translation>模型</translation>
    </message>
    <message>
      <source>Models are checked by sha256 after download.</source>
      <translation>模型下載後會以 sha256 檢查。</translation>
    </message>
    <message>
      <source>Models on the server</source>
      <translation>伺服器上的模型</translation>
    </message>
    <message>
      <source>Models that the server offers</source>
      <translation>伺服器提供的模型</translation>
    </message>
    <message>
      <source>More like this page</source>
      <translation>尋找相似頁面</translation>
    </message>
    <message>
      <source>Move among the pages</source>
      <translation>在頁面間移動</translation>
    </message>
    <message>
      <source>N, P</source>
      <translation>N、P</translation>
    </message>
    <message>
      <source>Name</source>
      <translation>名稱</translation>
    </message>
    <message>
      <source>Name an http:// proxy, or none.</source>
      <translation>請設定 http:// 代理伺服器，或不設定。</translation>
    </message>
    <message>
      <source>Name the folder with the whole checkpoint.</source>
      <translation>請指定含有完整檢查點的資料夾。</translation>
    </message>
    <message>
      <source>Names of indices begin with</source>
      <translation>索引名稱的開頭</translation>
    </message>
    <message>
      <source>Nearly the same pages behind it: {count}</source>
      <translation>後面還有幾乎相同的頁面：{count}</translation>
    </message>
    <message>
      <source>Needs more memory than the limit of {0} GB.</source>
      <translation>需要的記憶體超過 {0} GB 的上限。</translation>
    </message>
    <message>
      <source>Needs more memory than this computer has.</source>
      <translation>所需記憶體超過這部電腦所有。</translation>
    </message>
    <message>
      <source>Needs {needed} of disk while it is installed; {free} are free.</source>
      <translation>安裝期間需要 {needed} 磁碟空間；目前剩 {free}。</translation>
    </message>
    <message>
      <source>New library</source>
      <translation>新資料庫</translation>
    </message>
    <message>
      <source>New library…</source>
      <translation>新資料庫…</translation>
    </message>
    <message>
      <source>Next and previous match</source>
      <translation>下一個、上一個相符處</translation>
    </message>
    <message>
      <source>Next and previous page of the document</source>
      <translation>文件的下一頁、上一頁</translation>
    </message>
    <message>
      <source>Next match (F3)</source>
      <translation>下一個相符處（F3）</translation>
    </message>
    <message>
      <source>Next page (N)</source>
      <translation>下一頁（N）</translation>
    </message>
    <message>
      <source>No file was left out.</source>
      <translation>沒有略過任何檔案。</translation>
    </message>
    <message>
      <source>No files at hand?</source>
      <translation>手邊沒有檔案？</translation>
    </message>
    <message>
      <source>No good match</source>
      <translation>沒有夠好的結果</translation>
    </message>
    <message>
      <source>No page has all of your words, and none is close in meaning.</source>
      <translation>沒有頁面包含所有關鍵詞，意思也不相近。</translation>
    </message>
    <message>
      <source>No page has any of your words, and none is close in meaning.</source>
      <translation>沒有頁面包含您輸入的文字，意思也不相近。</translation>
    </message>
    <message>
      <source>No page has more than one of your words, and none is close in meaning.</source>
      <translation>沒有頁面包含一個以上的關鍵詞，意思也不相近。</translation>
    </message>
    <message>
      <source>No page passes these filters.</source>
      <translation>沒有頁面符合這些篩選條件。</translation>
    </message>
    <message>
      <source>No page that was looked at is clearly like the picture.</source>
      <translation>已分析的頁面中，沒有與圖片明顯相似的。</translation>
    </message>
    <message>
      <source>No permission to read the file. Change it and retry.</source>
      <translation>沒有讀取檔案的權限。變更權限後再試一次。</translation>
    </message>
    <message>
      <source>No reranking model is chosen.</source>
      <translation>尚未選擇重新排序模型。</translation>
    </message>
    <message>
      <source>No visual model is chosen.</source>
      <translation>尚未選擇視覺模型。</translation>
    </message>
    <message>
      <source>Nobody agreed to use {0} for this.</source>
      <translation>還沒有人同意將 {0} 用於此處。</translation>
    </message>
    <message>
      <source>None of your words is in this library.</source>
      <translation>這個資料庫裡沒有您輸入的文字。</translation>
    </message>
    <message>
      <source>None of your words. Found by meaning only</source>
      <translation>沒有您輸入的文字，僅語意相近</translation>
    </message>
    <message>
      <source>Not a kind of file that Folioscope reads.</source>
      <translation>Folioscope 不支援這種檔案。</translation>
    </message>
    <message>
      <source>Not among the results</source>
      <translation>不在結果中</translation>
    </message>
    <message>
      <source>Not for commercial use</source>
      <translation>不得作商業用途</translation>
    </message>
    <message>
      <source>Not now</source>
      <translation>暫時不要</translation>
    </message>
    <message>
      <source>Not read yet</source>
      <translation>尚未讀取</translation>
    </message>
    <message>
      <source>Nothing found</source>
      <translation>找不到結果</translation>
    </message>
    <message>
      <source>Nothing is being read.</source>
      <translation>目前沒有在讀取檔案。</translation>
    </message>
    <message>
      <source>Nothing is lost; it is asked again.</source>
      <translation>沒有遺失任何東西；會再次詢問。</translation>
    </message>
    <message>
      <source>Nothing is sent to {name} any more.</source>
      <translation>不再傳送任何內容給 {name}。</translation>
    </message>
    <message>
      <source>Nothing was fetched.</source>
      <translation>沒有下載任何內容。</translation>
    </message>
    <message>
      <source>Nothing was read since the window was opened.</source>
      <translation>開啟視窗以來沒有讀取任何檔案。</translation>
    </message>
    <message>
      <source>Now</source>
      <translation>目前</translation>
    </message>
    <message>
      <source>ONNX Runtime is not installed.</source>
      <translation>尚未安裝 ONNX Runtime。</translation>
    </message>
    <message>
      <source>Older than five years</source>
      <translation>五年以前</translation>
    </message>
    <message>
      <source>On an Elasticsearch server</source>
      <translation>在 Elasticsearch 伺服器</translation>
    </message>
    <message>
      <source>On disk</source>
      <translation>磁碟用量</translation>
    </message>
    <message>
      <source>On {url}, in the indices {prefix}-…</source>
      <translation>在 {url}，索引 {prefix}-…</translation>
    </message>
    <message>
      <source>On {url}, in the indices {prefix}-…, only for searching</source>
      <translation>在 {url}，索引 {prefix}-…，僅供搜尋</translation>
    </message>
    <message>
      <source>Once a day at most. Nothing is installed.</source>
      <translation>每天最多一次。不會安裝任何內容。</translation>
    </message>
    <message>
      <source>One document</source>
      <translation>單一文件</translation>
    </message>
    <message>
      <source>One step back</source>
      <translation>返回上一步</translation>
    </message>
    <message>
      <source>Only search, change nothing there</source>
      <translation>只搜尋，不變更那裡的內容</translation>
    </message>
    <message>
      <source>Open Settings, Models</source>
      <translation>開啟設定的「模型」</translation>
    </message>
    <message>
      <source>Open a library</source>
      <translation>開啟資料庫</translation>
    </message>
    <message>
      <source>Open another library…</source>
      <translation>開啟其他資料庫…</translation>
    </message>
    <message>
      <source>Open at page {page}</source>
      <translation>開啟第 {page} 頁</translation>
    </message>
    <message>
      <source>Open in the system's viewer</source>
      <translation>用系統的檢視器開啟</translation>
    </message>
    <message>
      <source>Open the download page</source>
      <translation>開啟下載頁面</translation>
    </message>
    <message>
      <source>Open the library again</source>
      <translation>重新開啟資料庫</translation>
    </message>
    <message>
      <source>Open what is on this computer</source>
      <translation>開啟這台電腦上的內容</translation>
    </message>
    <message>
      <source>Opening the library</source>
      <translation>正在開啟資料庫</translation>
    </message>
    <message>
      <source>Other computers share this library: the {count} pages that it looked at stay as they are.</source>
      <translation>這個資料庫與其他電腦共用：由它分析的 {count} 頁會保留不變。</translation>
    </message>
    <message>
      <source>Page {page}</source>
      <translation>第 {page} 頁</translation>
    </message>
    <message>
      <source>Page {page} of {count}</source>
      <translation>第 {page} 頁，共 {count} 頁</translation>
    </message>
    <message>
      <source>Pages</source>
      <translation>頁面</translation>
    </message>
    <message>
      <source>Pages are kept there. Open the library again to go on with it.</source>
      <translation>頁面已改存到那裡。請重新開啟資料庫以繼續。</translation>
    </message>
    <message>
      <source>Pages are looked at behind everything else, once their words can be found.</source>
      <translation>頁面的文字可以搜尋之後，才會在背景分析外觀。</translation>
    </message>
    <message>
      <source>Pages found</source>
      <translation>找到的頁面</translation>
    </message>
    <message>
      <source>Pages of the document</source>
      <translation>文件的頁面</translation>
    </message>
    <message>
      <source>Pages or documents</source>
      <translation>頁面或文件</translation>
    </message>
    <message>
      <source>Pages without text of their own are read from their picture, in the background.</source>
      <translation>沒有文字的頁面會在背景由圖片辨識文字。</translation>
    </message>
    <message>
      <source>Pages, on this computer</source>
      <translation>這部電腦的速度</translation>
    </message>
    <message>
      <source>Part of the library cannot be read. Repair reads it again.</source>
      <translation>資料庫有部分無法讀取。修復會重新讀取這些部分。</translation>
    </message>
    <message>
      <source>Part of {name}, page {page}</source>
      <translation>{name} 第 {page} 頁的一部分</translation>
    </message>
    <message>
      <source>Pass over</source>
      <translation>略過</translation>
    </message>
    <message>
      <source>Password</source>
      <translation>密碼</translation>
    </message>
    <message>
      <source>Password of {name}</source>
      <translation>{name} 的密碼</translation>
    </message>
    <message>
      <source>Passwords of files are kept in memory until the window closes, never on the disk.</source>
      <translation>檔案密碼只保留在記憶體中，直到視窗關閉，不會寫入磁碟。</translation>
    </message>
    <message>
      <source>Pasted picture</source>
      <translation>貼上的圖片</translation>
    </message>
    <message>
      <source>Pause</source>
      <translation>暫停</translation>
    </message>
    <message>
      <source>Pause looking at pages</source>
      <translation>暫停分析外觀</translation>
    </message>
    <message>
      <source>Paused</source>
      <translation>已暫停</translation>
    </message>
    <message>
      <source>Photos</source>
      <translation>照片</translation>
    </message>
    <message>
      <source>Picture {name}, Delete removes</source>
      <translation>圖片 {name}，按 Delete 移除</translation>
    </message>
    <message>
      <source>Pictures</source>
      <translation>圖片</translation>
    </message>
    <message>
      <source>Place</source>
      <translation>位置</translation>
    </message>
    <message>
      <source>Previous match (Shift+F3)</source>
      <translation>上一個相符處（Shift+F3）</translation>
    </message>
    <message>
      <source>Previous page (P)</source>
      <translation>上一頁（P）</translation>
    </message>
    <message>
      <source>Privacy</source>
      <translation>隱私</translation>
    </message>
    <message>
      <source>Read again</source>
      <translation>已再讀一次</translation>
    </message>
    <message>
      <source>Read again together with your words</source>
      <translation>已連同您的文字再讀一次</translation>
    </message>
    <message>
      <source>Read by OCR</source>
      <translation>由 OCR 辨識</translation>
    </message>
    <message>
      <source>Read everything again</source>
      <translation>重新讀取全部檔案</translation>
    </message>
    <message>
      <source>Read everything again…</source>
      <translation>重新讀取全部檔案…</translation>
    </message>
    <message>
      <source>Read it anew for everybody…</source>
      <translation>為所有人重新讀取…</translation>
    </message>
    <message>
      <source>Read text in pictures</source>
      <translation>辨識圖片中的文字</translation>
    </message>
    <message>
      <source>Read the best pages again together with your words (Ctrl+Enter)</source>
      <translation>把最好的頁面連同您的文字再讀一次 (Ctrl+Enter)</translation>
    </message>
    <message>
      <source>Read the best pages again: a second look</source>
      <translation>把最好的頁面再讀一次</translation>
    </message>
    <message>
      <source>Read {files}, {pages}.</source>
      <translation>已讀取 {files}，共 {pages}。</translation>
    </message>
    <message>
      <source>Reading</source>
      <translation>讀取</translation>
    </message>
    <message>
      <source>Reading begins anew.</source>
      <translation>開始重新讀取。</translation>
    </message>
    <message>
      <source>Reading cannot go on.</source>
      <translation>無法繼續讀取。</translation>
    </message>
    <message>
      <source>Reading page {page} of {count} again</source>
      <translation>正在重讀第 {page} 頁，共 {count} 頁</translation>
    </message>
    <message>
      <source>Reading text in pictures: {done} of {total}</source>
      <translation>正在辨識圖片文字：{done} / {total}</translation>
    </message>
    <message>
      <source>Reading {done} of {total} pages</source>
      <translation>已讀取 {done} / {total} 頁</translation>
    </message>
    <message>
      <source>Reads the best 20 pages again, together with your words, when you press Ctrl+Enter in the search field. {model}, {size}.</source>
      <translation>在搜尋欄按 Ctrl+Enter 時，會把最好的 20 頁連同您的文字再讀一次。{model}，{size}。</translation>
    </message>
    <message>
      <source>Recommended here: needs no graphics card</source>
      <translation>推薦用於這部電腦：不需顯示卡</translation>
    </message>
    <message>
      <source>Released on {date}.</source>
      <translation>推出日期：{date}。</translation>
    </message>
    <message>
      <source>Remove from library</source>
      <translation>從資料庫移除</translation>
    </message>
    <message>
      <source>Remove from library…</source>
      <translation>從資料庫移除…</translation>
    </message>
    <message>
      <source>Remove it and install it again, or choose another precision.</source>
      <translation>請移除後重新安裝，或選擇其他精度。</translation>
    </message>
    <message>
      <source>Remove the filter {name}</source>
      <translation>移除篩選「{name}」</translation>
    </message>
    <message>
      <source>Remove {name}</source>
      <translation>移除「{name}」</translation>
    </message>
    <message>
      <source>Remove…</source>
      <translation>移除…</translation>
    </message>
    <message>
      <source>Repair</source>
      <translation>修復</translation>
    </message>
    <message>
      <source>Repairing…</source>
      <translation>正在修復…</translation>
    </message>
    <message>
      <source>Resume</source>
      <translation>繼續</translation>
    </message>
    <message>
      <source>Resume looking at pages</source>
      <translation>繼續分析外觀</translation>
    </message>
    <message>
      <source>Search again when they are read.</source>
      <translation>讀取完成後再搜尋一次。</translation>
    </message>
    <message>
      <source>Search all folders instead of {0}</source>
      <translation>改為搜尋所有資料夾，不限「{0}」</translation>
    </message>
    <message>
      <source>Search for the words one by one</source>
      <translation>逐字搜尋</translation>
    </message>
    <message>
      <source>Search pages</source>
      <translation>搜尋頁面</translation>
    </message>
    <message>
      <source>Search with the picture on the clipboard, or add its files</source>
      <translation>以剪貼簿中的圖片搜尋，或加入其檔案</translation>
    </message>
    <message>
      <source>Search without filters</source>
      <translation>不用篩選條件搜尋</translation>
    </message>
    <message>
      <source>Searching by picture needs a visual model.</source>
      <translation>以圖片搜尋需要視覺模型。</translation>
    </message>
    <message>
      <source>Searching…</source>
      <translation>正在搜尋…</translation>
    </message>
    <message>
      <source>Second look</source>
      <translation>再看一次</translation>
    </message>
    <message>
      <source>Send nothing there any more</source>
      <translation>不再傳送到那裡</translation>
    </message>
    <message>
      <source>Set date and time, then look again.</source>
      <translation>請設定日期和時間，然後再檢查一次。</translation>
    </message>
    <message>
      <source>Settings</source>
      <translation>設定</translation>
    </message>
    <message>
      <source>Several people can share one server: a page that one of them has read is read for all, and everybody keeps their own folders.</source>
      <translation>多人可以共用一台伺服器：其中一人讀過的頁面大家都能找到，而每個人保有自己的資料夾。</translation>
    </message>
    <message numerus="yes">
      <source>Show %Ln weaker</source>
      <translation>
        <numerusform>顯示另外 %Ln 個較弱的結果</numerusform>
      </translation>
    </message>
    <message>
      <source>Show (H)</source>
      <translation>顯示（H）</translation>
    </message>
    <message>
      <source>Show in folder</source>
      <translation>在資料夾中顯示</translation>
    </message>
    <message>
      <source>Show large</source>
      <translation>放大顯示</translation>
    </message>
    <message>
      <source>Show or hide the page beside</source>
      <translation>顯示或隱藏旁邊的頁面</translation>
    </message>
    <message>
      <source>Show the whole page (0)</source>
      <translation>顯示整頁（0）</translation>
    </message>
    <message>
      <source>Show what is new</source>
      <translation>顯示新功能</translation>
    </message>
    <message>
      <source>Sidebar</source>
      <translation>側邊欄</translation>
    </message>
    <message>
      <source>Sidebar (Ctrl+B)</source>
      <translation>側邊欄（Ctrl+B）</translation>
    </message>
    <message>
      <source>Since last year</source>
      <translation>去年以來</translation>
    </message>
    <message>
      <source>Since {date}</source>
      <translation>{date} 以後</translation>
    </message>
    <message>
      <source>Single letters work while the field has no focus.</source>
      <translation>游標不在搜尋欄時，可使用單一字母鍵。</translation>
    </message>
    <message>
      <source>Size of the pages</source>
      <translation>頁面大小</translation>
    </message>
    <message>
      <source>Size on disk</source>
      <translation>磁碟用量</translation>
    </message>
    <message>
      <source>Space</source>
      <translation>空白鍵</translation>
    </message>
    <message>
      <source>Speed and battery</source>
      <translation>速度與電池</translation>
    </message>
    <message>
      <source>Starter</source>
      <translation>入門</translation>
    </message>
    <message>
      <source>Starter finds pages from the first minute. The others add to it in the background; you can go on searching.</source>
      <translation>「入門」從第一分鐘起就能找到頁面。其他模型會在背景補充；您可以繼續搜尋。</translation>
    </message>
    <message>
      <source>Stop</source>
      <translation>停止</translation>
    </message>
    <message>
      <source>Stop measuring</source>
      <translation>停止測量</translation>
    </message>
    <message>
      <source>Stop reading</source>
      <translation>停止讀取</translation>
    </message>
    <message>
      <source>Stop using</source>
      <translation>停止使用</translation>
    </message>
    <message>
      <source>Stopped. What was copied stays there; the next copy goes on.</source>
      <translation>已停止。已複製的會保留；下次複製會接著進行。</translation>
    </message>
    <message>
      <source>Stopped. What was read can be found.</source>
      <translation>已停止。讀取過的頁面可以搜尋。</translation>
    </message>
    <message>
      <source>Strong match</source>
      <translation>高度相符</translation>
    </message>
    <message>
      <source>Switch library</source>
      <translation>切換資料庫</translation>
    </message>
    <message>
      <source>Switching…</source>
      <translation>切換中…</translation>
    </message>
    <message>
      <source>Takes effect at once.</source>
      <translation>立即生效。</translation>
    </message>
    <message>
      <source>Takes effect when Folioscope is started again.</source>
      <translation>下次啟動 Folioscope 時生效。</translation>
    </message>
    <message>
      <source>Test</source>
      <translation>測試</translation>
    </message>
    <message>
      <source>Text in pictures</source>
      <translation>圖片中的文字</translation>
    </message>
    <message>
      <source>Text layer</source>
      <translation>文字層</translation>
    </message>
    <message>
      <source>Text read from the picture; it may hold mistakes.</source>
      <translation>文字由圖片辨識，可能有誤。</translation>
    </message>
    <message>
      <source>That did not work because of a fault in Folioscope. The log has the details.</source>
      <translation>Folioscope 發生錯誤，未能完成。詳情在記錄檔中。</translation>
    </message>
    <message>
      <source>That is not the password.</source>
      <translation>密碼不正確。</translation>
    </message>
    <message>
      <source>That library could not be opened in a new window.</source>
      <translation>無法在新視窗開啟該資料庫。</translation>
    </message>
    <message>
      <source>That server runs the model itself.</source>
      <translation>模型由該伺服器自行執行。</translation>
    </message>
    <message>
      <source>The API key for {0} has expired, by the server's clock.</source>
      <translation>依伺服器的時鐘，{0} 的 API 金鑰已經過期。</translation>
    </message>
    <message>
      <source>The API key for {0} was revoked.</source>
      <translation>{0} 的 API 金鑰已被撤銷。</translation>
    </message>
    <message>
      <source>The API key, or the password of the user. It is kept in this computer's keyring.</source>
      <translation>API 金鑰或使用者的密碼，會保存在這台電腦的鑰匙圈。</translation>
    </message>
    <message>
      <source>The Elasticsearch server {0} asks who you are.</source>
      <translation>Elasticsearch 伺服器 {0} 要求登入。</translation>
    </message>
    <message>
      <source>The Elasticsearch server {0} does not know this API key or password.</source>
      <translation>Elasticsearch 伺服器 {0} 不認得這個 API 金鑰或密碼。</translation>
    </message>
    <message>
      <source>The Elasticsearch server {0} is busy or getting ready ({1}).</source>
      <translation>Elasticsearch 伺服器 {0} 忙碌中或正在準備（{1}）。</translation>
    </message>
    <message>
      <source>The Elasticsearch server {0} is getting ready.</source>
      <translation>Elasticsearch 伺服器 {0} 正在準備。</translation>
    </message>
    <message>
      <source>The Elasticsearch server {0} refuses: {1}.</source>
      <translation>Elasticsearch 伺服器 {0} 拒絕：{1}。</translation>
    </message>
    <message>
      <source>The address of the server cannot be used.</source>
      <translation>伺服器的位址無法使用。</translation>
    </message>
    <message>
      <source>The answer of {0} was cut short.</source>
      <translation>{0} 的回應不完整。</translation>
    </message>
    <message>
      <source>The certificate of {0} has another fingerprint than the one given.</source>
      <translation>{0} 的憑證指紋與所給的不同。</translation>
    </message>
    <message>
      <source>The certificate of {0} has expired, by the clock of this machine.</source>
      <translation>依這台電腦的時鐘，{0} 的憑證已過期。</translation>
    </message>
    <message>
      <source>The certificate of {0} is not signed by anybody this machine trusts.</source>
      <translation>{0} 的憑證不是由這台電腦信任的機構簽署。</translation>
    </message>
    <message>
      <source>The certificate of {0} is not valid yet, by the clock of this machine.</source>
      <translation>依這台電腦的時鐘，{0} 的憑證尚未生效。</translation>
    </message>
    <message>
      <source>The certificate of {0} was made for another name.</source>
      <translation>{0} 的憑證屬於另一個名稱。</translation>
    </message>
    <message>
      <source>The clock of this computer says {0}, which cannot be.</source>
      <translation>這部電腦的時鐘顯示 {0}，這不可能正確。</translation>
    </message>
    <message>
      <source>The connection is not encrypted: others on the network can read along.</source>
      <translation>連線沒有加密：網路上的其他人可能讀到內容。</translation>
    </message>
    <message>
      <source>The copy differs from the library in {0}.</source>
      <translation>副本與資料庫在 {0} 有差異。</translation>
    </message>
    <message>
      <source>The disk of the Elasticsearch server {0} is nearly full, so it only lets read.</source>
      <translation>Elasticsearch 伺服器 {0} 的磁碟快滿了，因此只能讀取。</translation>
    </message>
    <message>
      <source>The drive is not connected.</source>
      <translation>磁碟未連接。</translation>
    </message>
    <message>
      <source>The drive is not connected. This page can be found, and opened when it is back.</source>
      <translation>磁碟未連接。仍可搜尋此頁，接上後即可開啟。</translation>
    </message>
    <message>
      <source>The file ends early. The part that is there can be found.</source>
      <translation>檔案不完整。現有的部分可以搜尋。</translation>
    </message>
    <message>
      <source>The file is empty.</source>
      <translation>檔案是空的。</translation>
    </message>
    <message>
      <source>The file is named “{0}”</source>
      <translation>檔案名稱是「{0}」</translation>
    </message>
    <message>
      <source>The file was moved or deleted while it was read. Try again.</source>
      <translation>讀取時檔案被移動或刪除。再試一次。</translation>
    </message>
    <message>
      <source>The fingerprint of the certificate is not a SHA-256.</source>
      <translation>憑證指紋不是 SHA-256。</translation>
    </message>
    <message>
      <source>The framed part</source>
      <translation>框起的部分</translation>
    </message>
    <message>
      <source>The framed part is closest to what you typed</source>
      <translation>框起的部分最接近您輸入的內容</translation>
    </message>
    <message>
      <source>The framed part looks closest to what you typed</source>
      <translation>框起的部分外觀最接近您輸入的內容</translation>
    </message>
    <message>
      <source>The framed part looks closest to your picture</source>
      <translation>框起的部分外觀最接近您的圖片</translation>
    </message>
    <message>
      <source>The framed part matches by look</source>
      <translation>框起的部分外觀相符</translation>
    </message>
    <message>
      <source>The graphics card ran out of memory, so the processor goes on.</source>
      <translation>顯示卡記憶體不足，改由處理器繼續。</translation>
    </message>
    <message>
      <source>The index on {0} does not take Folioscope's pages: {1}.</source>
      <translation>{0} 上的索引不接受 Folioscope 的頁面：{1}。</translation>
    </message>
    <message>
      <source>The library is not open yet.</source>
      <translation>資料庫尚未開啟。</translation>
    </message>
    <message>
      <source>The library is sound. {count} pages were checked.</source>
      <translation>資料庫完好。已檢查 {count} 頁。</translation>
    </message>
    <message>
      <source>The library on {0} was set read-only by who runs the server.</source>
      <translation>{0} 上的資料庫被伺服器管理者設為唯讀。</translation>
    </message>
    <message>
      <source>The library's server may offer models that run there or elsewhere, in place of a graphics card here. Nothing is sent before you have read what, and agreed.</source>
      <translation>資料庫所在的伺服器可能提供在那裡或別處執行的模型，可代替這台電腦的顯示卡。在您讀過會傳送什麼並同意之前，不會傳送任何內容。</translation>
    </message>
    <message>
      <source>The licence of Folioscope</source>
      <translation>Folioscope 的授權條款</translation>
    </message>
    <message>
      <source>The licence of {0} does not include inference.</source>
      <translation>{0} 的授權不包含推論功能。</translation>
    </message>
    <message>
      <source>The licences did not come with this copy of Folioscope.</source>
      <translation>這份 Folioscope 未附上授權條款。</translation>
    </message>
    <message>
      <source>The licences of its parts</source>
      <translation>各元件的授權條款</translation>
    </message>
    <message>
      <source>The model on {0} cannot answer just now ({1}).</source>
      <translation>{0} 上的模型目前無法回答（{1}）。</translation>
    </message>
    <message>
      <source>The model {0} on {1} answers with something that Folioscope cannot use.</source>
      <translation>{1} 上的模型 {0} 回傳了 Folioscope 無法使用的內容。</translation>
    </message>
    <message>
      <source>The model {0} on {1} was changed: it is now {2}.</source>
      <translation>{1} 上的模型 {0} 已變更：現在是 {2}。</translation>
    </message>
    <message>
      <source>The model {0} reads texts and sees no pictures.</source>
      <translation>模型 {0} 只讀文字，看不見圖片。</translation>
    </message>
    <message>
      <source>The notice of newer versions (number {0}) is older than one seen before (number {1}), so it is refused.</source>
      <translation>新版本通知（編號 {0}）比先前收到的（編號 {1}）還舊，因此不予採用。</translation>
    </message>
    <message>
      <source>The notice of newer versions cannot be read, so it is refused.</source>
      <translation>新版本通知無法讀取，因此不予採用。</translation>
    </message>
    <message>
      <source>The notice of newer versions expired on {0}, so it is refused: a newer one may be kept from you.</source>
      <translation>新版本通知已於 {0} 過期，因此不予採用：可能有人不讓您收到更新的通知。</translation>
    </message>
    <message>
      <source>The notice of newer versions is about another program, so it is refused.</source>
      <translation>新版本通知屬於另一個程式，因此不予採用。</translation>
    </message>
    <message>
      <source>The notice of newer versions is not what its publisher signed, so it is refused.</source>
      <translation>新版本通知與發行者簽署的內容不同，因此不予採用。</translation>
    </message>
    <message>
      <source>The notice of newer versions is signed with a key that this version does not know, so it is refused.</source>
      <translation>新版本通知是用這個版本不認得的金鑰簽署的，因此不予採用。</translation>
    </message>
    <message>
      <source>The notice of newer versions is written for later versions of Folioscope.</source>
      <translation>新版本通知是給較新的 Folioscope 讀取的。</translation>
    </message>
    <message>
      <source>The notice of newer versions names {0}, which is older than this version, {1}; so it is refused.</source>
      <translation>新版本通知指出的 {0} 比這個版本 {1} 還舊，因此不予採用。</translation>
    </message>
    <message>
      <source>The page large</source>
      <translation>放大頁面</translation>
    </message>
    <message>
      <source>The pages are kept in {0} already.</source>
      <translation>頁面已經保存在 {0}。</translation>
    </message>
    <message>
      <source>The processor is all that ONNX Runtime can use here.</source>
      <translation>ONNX Runtime 在此只能使用處理器。</translation>
    </message>
    <message>
      <source>The processor is the fastest here.</source>
      <translation>在此處理器最快。</translation>
    </message>
    <message>
      <source>The proxy that is set for this computer cannot be used for this.</source>
      <translation>這部電腦設定的代理伺服器無法用於此處。</translation>
    </message>
    <message>
      <source>The quotation mark is not closed; searched for the words one by one.</source>
      <translation>引號沒有成對，已改為逐字搜尋。</translation>
    </message>
    <message>
      <source>The rate limit of the model on {0} is reached (429).</source>
      <translation>已達到 {0} 上模型的速率限制（429）。</translation>
    </message>
    <message>
      <source>The server does not fuse results (RRF), so Folioscope does.</source>
      <translation>伺服器不合併結果（RRF），因此由 Folioscope 合併。</translation>
    </message>
    <message>
      <source>The server offers no models.</source>
      <translation>伺服器沒有提供模型。</translation>
    </message>
    <message>
      <source>The server refuses {0} ({1}).</source>
      <translation>伺服器拒絕提供 {0} ({1})。</translation>
    </message>
    <message>
      <source>The signature of the notice of newer versions cannot be read, so the notice is refused.</source>
      <translation>新版本通知的簽章無法讀取，因此不予採用。</translation>
    </message>
    <message>
      <source>The text in this picture is still to be read.</source>
      <translation>圖片中的文字尚未辨識。</translation>
    </message>
    <message>
      <source>The text of every page that is read, and whatever you search for, is sent to {0}.</source>
      <translation>讀取的每一頁文字，以及您搜尋的一切內容，都會傳送到 {0}。</translation>
    </message>
    <message>
      <source>The way to newer versions leads to {0} without encryption.</source>
      <translation>檢查新版本時會以未加密的方式連到 {0}。</translation>
    </message>
    <message>
      <source>Theme</source>
      <translation>佈景主題</translation>
    </message>
    <message>
      <source>Then {count} pages are looked at in the background.</source>
      <translation>之後會在背景分析 {count} 頁的外觀。</translation>
    </message>
    <message>
      <source>Then {count} pages are looked at in the background: {time}, about {size}.</source>
      <translation>之後會在背景分析 {count} 頁的外觀：{time}，約佔 {size}。</translation>
    </message>
    <message>
      <source>There is no library on {0} under this name yet.</source>
      <translation>{0} 上還沒有這個名稱的資料庫。</translation>
    </message>
    <message>
      <source>There is no library on {0} under this name.</source>
      <translation>{0} 上沒有這個名稱的資料庫。</translation>
    </message>
    <message>
      <source>There is no picture on the clipboard.</source>
      <translation>剪貼簿中沒有圖片。</translation>
    </message>
    <message>
      <source>They are read where they are. Nothing is copied, nothing leaves this computer.</source>
      <translation>檔案在原處讀取，不會複製，也不會離開這部電腦。</translation>
    </message>
    <message>
      <source>They are read where they are. You can search while they are being read.</source>
      <translation>檔案在原處讀取。讀取期間就可以搜尋。</translation>
    </message>
    <message>
      <source>This build was made without the key that newer versions are signed with.</source>
      <translation>這個版本在製作時未附上用來驗證新版本的金鑰。</translation>
    </message>
    <message>
      <source>This computer</source>
      <translation>這部電腦</translation>
    </message>
    <message>
      <source>This is the newest version.</source>
      <translation>這是最新版本。</translation>
    </message>
    <message>
      <source>This library is only searched from here; nothing is changed.</source>
      <translation>這裡只能搜尋這個資料庫，不能變更。</translation>
    </message>
    <message>
      <source>This library was made with another model: the starter that comes with Folioscope.</source>
      <translation>這個資料庫是以另一個模型建立的：Folioscope 隨附的入門模型。</translation>
    </message>
    <message>
      <source>This library was made with another model: the starter that comes with Folioscope. Another computer uses it.</source>
      <translation>這個資料庫是以另一個模型建立的：Folioscope 隨附的入門模型。另一部電腦也在使用。</translation>
    </message>
    <message>
      <source>This library was made with another model: the starter that comes with Folioscope. {0} other computers use it.</source>
      <translation>這個資料庫是以另一個模型建立的：Folioscope 隨附的入門模型。另有 {0} 部電腦在使用。</translation>
    </message>
    <message>
      <source>This library was made with another model: {0}.</source>
      <translation>這個資料庫是以另一個模型建立的：{0}。</translation>
    </message>
    <message>
      <source>This library was made with another model: {0}. Another computer uses it.</source>
      <translation>這個資料庫是以另一個模型建立的：{0}。另一部電腦也在使用。</translation>
    </message>
    <message>
      <source>This library was made with another model: {0}. {1} other computers use it.</source>
      <translation>這個資料庫是以另一個模型建立的：{0}。另有 {1} 部電腦在使用。</translation>
    </message>
    <message>
      <source>This library was made with another version of Folioscope.</source>
      <translation>這個資料庫是以另一個版本的 Folioscope 建立的。</translation>
    </message>
    <message>
      <source>This library was made with another version of Folioscope. Another computer uses it.</source>
      <translation>這個資料庫是以另一個版本的 Folioscope 建立的。另一部電腦也在使用。</translation>
    </message>
    <message>
      <source>This library was made with another version of Folioscope. {0} other computers use it.</source>
      <translation>這個資料庫是以另一個版本的 Folioscope 建立的。另有 {0} 部電腦在使用。</translation>
    </message>
    <message>
      <source>This library was opened for searching only.</source>
      <translation>這個資料庫只開放搜尋。</translation>
    </message>
    <message>
      <source>This list</source>
      <translation>這份清單</translation>
    </message>
    <message>
      <source>This page could not be drawn.</source>
      <translation>無法顯示這一頁。</translation>
    </message>
    <message>
      <source>This page has not been looked at yet</source>
      <translation>這一頁尚未分析外觀</translation>
    </message>
    <message>
      <source>This system keeps no secrets for Folioscope: its keyring is missing or locked.</source>
      <translation>這個系統無法為 Folioscope 保存密碼：鑰匙圈不存在或已鎖定。</translation>
    </message>
    <message>
      <source>This user may not ask for version and licence: the cluster right “monitor” is missing.</source>
      <translation>這個使用者不能查詢版本與授權：缺少叢集權限「monitor」。</translation>
    </message>
    <message>
      <source>This user may not read the indices {0}-… on {1}.</source>
      <translation>這個使用者不能讀取 {1} 上的索引 {0}-…。</translation>
    </message>
    <message>
      <source>This user may not write the indices {0}-… on {1}.</source>
      <translation>這個使用者不能寫入 {1} 上的索引 {0}-…。</translation>
    </message>
    <message>
      <source>This year</source>
      <translation>今年</translation>
    </message>
    <message>
      <source>Tidying up the library</source>
      <translation>正在整理資料庫</translation>
    </message>
    <message>
      <source>To forget it for everybody: folioscope models drop NAME --for-everybody.</source>
      <translation>若要為所有人捨棄：folioscope models drop NAME --for-everybody。</translation>
    </message>
    <message>
      <source>To the search field</source>
      <translation>移到搜尋欄</translation>
    </message>
    <message>
      <source>Took longer than {0} seconds.</source>
      <translation>超過 {0} 秒。</translation>
    </message>
    <message>
      <source>Trust</source>
      <translation>信任</translation>
    </message>
    <message numerus="yes">
      <source>Try %Ln sample documents</source>
      <translation>
        <numerusform>試試 %Ln 份範例文件</numerusform>
      </translation>
    </message>
    <message>
      <source>Try again</source>
      <translation>再試一次</translation>
    </message>
    <message>
      <source>Try again later.</source>
      <translation>請稍後再試。</translation>
    </message>
    <message>
      <source>Try all again</source>
      <translation>全部再試一次</translation>
    </message>
    <message>
      <source>Try each model for ten seconds and see what a page costs here</source>
      <translation>每個模型試跑十秒，看看一頁在這裡要多久</translation>
    </message>
    <message>
      <source>Trying the model…</source>
      <translation>正在試用模型…</translation>
    </message>
    <message>
      <source>Turn (R)</source>
      <translation>旋轉（R）</translation>
    </message>
    <message>
      <source>Turn it on in Settings → About, or by: folioscope updates on</source>
      <translation>請在設定的「關於」中開啟，或執行：folioscope updates on</translation>
    </message>
    <message>
      <source>Turn the page</source>
      <translation>旋轉頁面</translation>
    </message>
    <message>
      <source>Two small files are fetched from {host} over HTTPS: the notice of the newest version, and its signature. Nothing is told of you, your files or this computer; as with every connection the server sees an IP address.</source>
      <translation>會透過 HTTPS 從 {host} 取得兩個小檔案：最新版本的通知及其簽章。不會透露您、您的檔案或這部電腦的任何資訊；和所有連線一樣，伺服器會看到 IP 位址。</translation>
    </message>
    <message>
      <source>Type</source>
      <translation>類型</translation>
    </message>
    <message>
      <source>Uninstall both, then install Folioscope with [cpu] or with [gpu], never both.</source>
      <translation>請先將兩者都解除安裝，再以 [cpu] 或 [gpu] 其中之一安裝 Folioscope，不可同時使用。</translation>
    </message>
    <message>
      <source>Unlock</source>
      <translation>解鎖</translation>
    </message>
    <message>
      <source>Unlock…</source>
      <translation>解鎖…</translation>
    </message>
    <message>
      <source>Up in the field</source>
      <translation>在搜尋欄按向上鍵</translation>
    </message>
    <message>
      <source>Update the server.</source>
      <translation>請更新伺服器。</translation>
    </message>
    <message>
      <source>Upkeep</source>
      <translation>維護</translation>
    </message>
    <message>
      <source>Use</source>
      <translation>使用</translation>
    </message>
    <message>
      <source>Use it for the texts of pages, or choose another visual model.</source>
      <translation>請將它用於頁面文字，或選擇其他視覺模型。</translation>
    </message>
    <message>
      <source>Use it for the texts of pages.</source>
      <translation>請將它用於頁面文字。</translation>
    </message>
    <message>
      <source>Use it…</source>
      <translation>使用它…</translation>
    </message>
    <message>
      <source>Use that version, or read its files again: folioscope index --rebuild.</source>
      <translation>請使用那個版本，或重新讀取檔案：folioscope index --rebuild。</translation>
    </message>
    <message>
      <source>Use that version.</source>
      <translation>請使用那個版本。</translation>
    </message>
    <message>
      <source>Use the name that stands in the certificate.</source>
      <translation>請使用憑證上的名稱。</translation>
    </message>
    <message>
      <source>Use {name}</source>
      <translation>使用「{name}」</translation>
    </message>
    <message>
      <source>Use {replacement}</source>
      <translation>改用 {replacement}</translation>
    </message>
    <message>
      <source>User</source>
      <translation>使用者</translation>
    </message>
    <message>
      <source>User and password</source>
      <translation>使用者與密碼</translation>
    </message>
    <message>
      <source>Vectors are found with {kind}.</source>
      <translation>以 {kind} 搜尋向量。</translation>
    </message>
    <message>
      <source>Very long page</source>
      <translation>超長頁面</translation>
    </message>
    <message>
      <source>Waiting for reading to rest…</source>
      <translation>等待讀取暫停…</translation>
    </message>
    <message>
      <source>Waiting to begin</source>
      <translation>等待開始</translation>
    </message>
    <message>
      <source>Weak match</source>
      <translation>略為相符</translation>
    </message>
    <message>
      <source>Weaker matches ({count})</source>
      <translation>較弱的結果（{count}）</translation>
    </message>
    <message>
      <source>What answers at {0} is not Elasticsearch.</source>
      <translation>{0} 的回應不是 Elasticsearch。</translation>
    </message>
    <message>
      <source>What is kept there was made with another model: the starter that comes with Folioscope.</source>
      <translation>保存在那裡的內容是以另一個模型建立的：Folioscope 隨附的入門模型。</translation>
    </message>
    <message>
      <source>What is kept there was made with another model: {0}.</source>
      <translation>保存在那裡的內容是以另一個模型建立的：{0}。</translation>
    </message>
    <message>
      <source>What is kept there was made with another version of Folioscope.</source>
      <translation>保存在那裡的內容是以另一個版本的 Folioscope 建立的。</translation>
    </message>
    <message>
      <source>What is known of newer versions could not be kept in {0}.</source>
      <translation>新版本的資訊無法儲存到 {0}。</translation>
    </message>
    <message>
      <source>What is trusted</source>
      <translation>信任的對象</translation>
    </message>
    <message>
      <source>What it is made of</source>
      <translation>使用的元件</translation>
    </message>
    <message>
      <source>What this library holds of it goes too: {count} pages, {size}. To use it again they are looked at anew.</source>
      <translation>這個資料庫中由它分析的 {count} 頁（{size}）也會一併刪除。再次使用時須重新分析。</translation>
    </message>
    <message>
      <source>What was done is kept; go on later.</source>
      <translation>已完成的都會保留；請稍後再繼續。</translation>
    </message>
    <message>
      <source>What you search for is kept on this computer, so that Up brings it back.</source>
      <translation>您搜尋過的內容保存在這部電腦上，按向上鍵即可找回。</translation>
    </message>
    <message>
      <source>Where pages are kept</source>
      <translation>頁面保存位置</translation>
    </message>
    <message>
      <source>Why this page</source>
      <translation>為什麼是這一頁</translation>
    </message>
    <message>
      <source>With this one you cannot search it any more.</source>
      <translation>選用這個模型後，您就不能再搜尋它。</translation>
    </message>
    <message>
      <source>Without it, looking waits for mains power.</source>
      <translation>關閉時，要等接上電源才分析。</translation>
    </message>
    <message>
      <source>Without it, looking waits until nobody has used the window for a moment.</source>
      <translation>關閉時，要等視窗閒置片刻後才分析。</translation>
    </message>
    <message>
      <source>Without the analysis-icu plugin some scripts are cut into words less well.</source>
      <translation>沒有 analysis-icu 外掛，某些文字的斷詞會較差。</translation>
    </message>
    <message>
      <source>Words</source>
      <translation>文字</translation>
    </message>
    <message>
      <source>Words and meaning are searched in any case. Starter alone looks at no page.</source>
      <translation>文字和意思一律會搜尋。只用「入門」時不分析外觀。</translation>
    </message>
    <message>
      <source>Words and their meaning, in about 100 languages. Reads text in pictures.</source>
      <translation>文字與語意，支援約 100 種語言。可辨識圖片中的文字。</translation>
    </message>
    <message>
      <source>Words in a picture</source>
      <translation>圖中的文字</translation>
    </message>
    <message>
      <source>Words {percent} %</source>
      <translation>文字 {percent} %</translation>
    </message>
    <message>
      <source>Write it like https://search.example.org:9200.</source>
      <translation>請寫成 https://search.example.org:9200 這樣。</translation>
    </message>
    <message>
      <source>Years {first} to {last}</source>
      <translation>{first} 年到 {last} 年</translation>
    </message>
    <message>
      <source>You lack these rights on {0}-*: {1}.</source>
      <translation>您在 {0}-* 上缺少這些權限：{1}。</translation>
    </message>
    <message>
      <source>You may not read this library's indices there.</source>
      <translation>您不能讀取那裡此資料庫的索引。</translation>
    </message>
    <message>
      <source>You may not use models on {0}.</source>
      <translation>您無權使用 {0} 上的模型。</translation>
    </message>
    <message>
      <source>You may only search there.</source>
      <translation>您在那裡只能搜尋。</translation>
    </message>
    <message>
      <source>You may search and write there.</source>
      <translation>您可以在那裡搜尋與寫入。</translation>
    </message>
    <message>
      <source>You read the licence first.</source>
      <translation>安裝前須先閱讀授權。</translation>
    </message>
    <message>
      <source>You will only search there.</source>
      <translation>您在那裡將只會搜尋。</translation>
    </message>
    <message>
      <source>Your files are read where they are. Nothing is copied, nothing leaves this computer.</source>
      <translation>檔案在原處讀取，不會複製，也不會離開這部電腦。</translation>
    </message>
    <message>
      <source>Zoom in (+)</source>
      <translation>放大（+）</translation>
    </message>
    <message>
      <source>Zoom in, zoom out, fit</source>
      <translation>放大、縮小、符合視窗</translation>
    </message>
    <message>
      <source>Zoom out (−)</source>
      <translation>縮小（−）</translation>
    </message>
    <message numerus="yes">
      <source>about %Ln hours left</source>
      <translation>
        <numerusform>約剩 %Ln 小時</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>about %Ln minutes left</source>
      <translation>
        <numerusform>約剩 %Ln 分鐘</numerusform>
      </translation>
    </message>
    <message>
      <source>cannot go on</source>
      <translation>無法繼續</translation>
    </message>
    <message>
      <source>goes on while you are away</source>
      <translation>會在您離開時繼續</translation>
    </message>
    <message numerus="yes">
      <source>in %Ln documents</source>
      <translation>
        <numerusform>%Ln 份文件</numerusform>
      </translation>
    </message>
    <message>
      <source>less than a minute left</source>
      <translation>剩不到 1 分鐘</translation>
    </message>
    <message>
      <source>matches</source>
      <translation>相符處</translation>
    </message>
    <message>
      <source>models run on the processor</source>
      <translation>模型在處理器上執行</translation>
    </message>
    <message>
      <source>models run on {device}</source>
      <translation>模型在 {device} 上執行</translation>
    </message>
    <message>
      <source>not connected</source>
      <translation>未連接</translation>
    </message>
    <message>
      <source>not in use</source>
      <translation>未使用</translation>
    </message>
    <message>
      <source>not in use, can be used again at once</source>
      <translation>未使用，可立即再次使用</translation>
    </message>
    <message>
      <source>not in use, the other {count} pages would take {time}</source>
      <translation>未使用，其餘 {count} 頁約需 {time}</translation>
    </message>
    <message>
      <source>or paste a picture with Ctrl+V</source>
      <translation>或按 Ctrl+V 貼上圖片</translation>
    </message>
    <message>
      <source>p. {page}</source>
      <translation>第 {page} 頁</translation>
    </message>
    <message>
      <source>paused</source>
      <translation>已暫停</translation>
    </message>
    <message>
      <source>pictures of pages</source>
      <translation>頁面圖片</translation>
    </message>
    <message>
      <source>second looks</source>
      <translation>再看一次</translation>
    </message>
    <message numerus="yes">
      <source>shared with %Ln other computers</source>
      <translation>
        <numerusform>與另外 %Ln 部電腦共用</numerusform>
      </translation>
    </message>
    <message>
      <source>the texts of pages</source>
      <translation>頁面文字</translation>
    </message>
    <message>
      <source>took {seconds} s</source>
      <translation>花了 {seconds} 秒</translation>
    </message>
    <message>
      <source>waiting for mains power</source>
      <translation>等待接上電源</translation>
    </message>
    <message>
      <source>{0} asks to wait {1} minutes.</source>
      <translation>{0} 要求等待 {1} 分鐘。</translation>
    </message>
    <message>
      <source>{0} cannot be reached.</source>
      <translation>無法連線到 {0}。</translation>
    </message>
    <message>
      <source>{0} cannot be reached: {1}.</source>
      <translation>無法連線到 {0}：{1}。</translation>
    </message>
    <message>
      <source>{0} could not be fetched from {1}: {2}.</source>
      <translation>無法從 {1} 取得 {0}：{2}。</translation>
    </message>
    <message>
      <source>{0} could not use the model: {1}.</source>
      <translation>{0} 無法使用模型：{1}。</translation>
    </message>
    <message>
      <source>{0} did not answer in time.</source>
      <translation>{0} 未及時回應。</translation>
    </message>
    <message>
      <source>{0} did not arrive whole and was deleted.</source>
      <translation>{0} 不完整，已刪除。</translation>
    </message>
    <message>
      <source>{0} did not arrive whole.</source>
      <translation>{0} 不完整。</translation>
    </message>
    <message>
      <source>{0} does not answer as it should ({1}).</source>
      <translation>{0} 的回應不正確（{1}）。</translation>
    </message>
    <message>
      <source>{0} does not know this API key or password.</source>
      <translation>{0} 不認得這個 API 金鑰或密碼。</translation>
    </message>
    <message>
      <source>{0} does not speak TLS.</source>
      <translation>{0} 不使用 TLS。</translation>
    </message>
    <message>
      <source>{0} gives {1} only to those with leave ({2}).</source>
      <translation>{0} 只提供 {1} 給獲准的人 ({2})。</translation>
    </message>
    <message>
      <source>{0} has no model {1}.</source>
      <translation>{0} 沒有模型 {1}。</translation>
    </message>
    <message>
      <source>{0} has nothing on newer versions ({1}).</source>
      <translation>{0} 沒有新版本的資訊（{1}）。</translation>
    </message>
    <message>
      <source>{0} is cut short.</source>
      <translation>{0} 不完整。</translation>
    </message>
    <message>
      <source>{0} is missing.</source>
      <translation>缺少 {0}。</translation>
    </message>
    <message>
      <source>{0} is no folder.</source>
      <translation>{0} 不是資料夾。</translation>
    </message>
    <message>
      <source>{0} is set, so nothing is fetched.</source>
      <translation>已設定 {0}，因此不會下載。</translation>
    </message>
    <message>
      <source>{0} is {1} times as fast as the processor, and its vectors agree.</source>
      <translation>{0} 比處理器快 {1} 倍，且向量一致。</translation>
    </message>
    <message>
      <source>{0} may not do this on the Elasticsearch server {1}.</source>
      <translation>{0} 沒有權限在 Elasticsearch 伺服器 {1} 上這樣做。</translation>
    </message>
    <message>
      <source>{0} needs {1} GB of memory; this computer has {2} GB.</source>
      <translation>「{0}」需要 {1} GB 記憶體；這部電腦有 {2} GB。</translation>
    </message>
    <message>
      <source>{0} needs {1} GB while it is installed; {2} GB are free.</source>
      <translation>安裝「{0}」期間需要 {1} GB；目前剩 {2} GB。</translation>
    </message>
    <message>
      <source>{0} needs {1} while it is installed; {2} are free.</source>
      <translation>安裝「{0}」期間需要 {1}；目前剩 {2}。</translation>
    </message>
    <message>
      <source>{0} other computers have files in this library, and what was read of them would be lost as well.</source>
      <translation>另有 {0} 部電腦在這個資料庫裡有檔案，從那些檔案讀取的內容也會一併失去。</translation>
    </message>
    <message>
      <source>{0} other computers share this library, and what the model saw would be lost for all.</source>
      <translation>另有 {0} 部電腦共用這個資料庫，模型看過的內容會為所有人失去。</translation>
    </message>
    <message>
      <source>{0} reads texts and sees no pictures.</source>
      <translation>{0} 只讀文字，看不見圖片。</translation>
    </message>
    <message>
      <source>{0} runs Elasticsearch {1}, and {2} or later is needed.</source>
      <translation>{0} 執行的是 Elasticsearch {1}，需要 {2} 或更新的版本。</translation>
    </message>
    <message>
      <source>{0} runs it; the processor's memory is too small to compare with.</source>
      <translation>由 {0} 執行；處理器的記憶體不足以比較。</translation>
    </message>
    <message>
      <source>{0} runs on a server, so nothing of it is on this machine.</source>
      <translation>{0} 在伺服器上執行，這台電腦上沒有它的任何部分。</translation>
    </message>
    <message>
      <source>{0} sends elsewhere ({1}) in place of answering.</source>
      <translation>{0} 沒有回應，而是轉往別處（{1}）。</translation>
    </message>
    <message>
      <source>{0} sends far more than was asked for.</source>
      <translation>{0} 傳來的內容遠多於要求的。</translation>
    </message>
    <message>
      <source>{0} sends from one address to the next.</source>
      <translation>{0} 不斷轉往另一個位址。</translation>
    </message>
    <message>
      <source>{amount} are here already.</source>
      <translation>已有 {amount}。</translation>
    </message>
    <message>
      <source>{choice} · recommended here</source>
      <translation>{choice} · 建議在此使用</translation>
    </message>
    <message>
      <source>{copied}

Keep pages there from now on?</source>
      <translation>{copied}

之後都保存在那裡嗎？</translation>
    </message>
    <message>
      <source>{cores}, {memory} memory, {free} free on the disk</source>
      <translation>{cores}、{memory} 記憶體、磁碟剩 {free}</translation>
    </message>
    <message>
      <source>{count} a second</source>
      <translation>每秒 {count} 頁</translation>
    </message>
    <message>
      <source>{count} copies</source>
      <translation>{count} 份副本</translation>
    </message>
    <message>
      <source>{count} more</source>
      <translation>另外 {count} 個</translation>
    </message>
    <message>
      <source>{count} of {total} pages match</source>
      <translation>{total} 頁中有 {count} 頁相符</translation>
    </message>
    <message>
      <source>{count} pages were looked at with {name}, which takes {size}. To use it again they are looked at anew.</source>
      <translation>已用「{name}」分析 {count} 頁，佔用 {size}。再次使用時須重新分析。</translation>
    </message>
    <message>
      <source>{done} of {total} pages</source>
      <translation>{done} / {total} 頁</translation>
    </message>
    <message>
      <source>{done} of {total} pages looked at.</source>
      <translation>已分析 {done} / {total} 頁的外觀。</translation>
    </message>
    <message>
      <source>{done} of {total} scanned pages</source>
      <translation>{done} / {total} 張掃描頁</translation>
    </message>
    <message>
      <source>{done} of {total} {unit}</source>
      <translation>{done} / {total} {unit}</translation>
    </message>
    <message>
      <source>{done}, {time} left</source>
      <translation>{done}，剩餘 {time}</translation>
    </message>
    <message>
      <source>{facts}; {more}</source>
      <translation>{facts}；{more}</translation>
    </message>
    <message>
      <source>{folders} and {files}</source>
      <translation>{folders}和 {files}</translation>
    </message>
    <message>
      <source>{name} and its pages leave the library. The files stay where they are.</source>
      <translation>「{name}」和其中的頁面會從資料庫移除。檔案留在原處。</translation>
    </message>
    <message>
      <source>{name} could not be read as a picture.</source>
      <translation>{name} 無法當作圖片讀取。</translation>
    </message>
    <message>
      <source>{name} could not be read.</source>
      <translation>{name} 無法讀取。</translation>
    </message>
    <message>
      <source>{name} is deleted from this computer, which frees {size}.</source>
      <translation>「{name}」會從這部電腦刪除，釋出 {size}。</translation>
    </message>
    <message>
      <source>{name} is downloaded from {repository}: {size}.</source>
      <translation>{name} 從 {repository} 下載：{size}。</translation>
    </message>
    <message>
      <source>{name} is larger than the limit of {limit} megapixels.</source>
      <translation>{name} 超過 {limit} 百萬像素的上限。</translation>
    </message>
    <message>
      <source>{name} is not in this library yet.</source>
      <translation>{name} 尚未加入這個資料庫。</translation>
    </message>
    <message>
      <source>{name} is taken from {folder}. Nothing is downloaded.</source>
      <translation>{name} 取自 {folder}，不會下載任何東西。</translation>
    </message>
    <message>
      <source>{name} is used for {uses} from now on.</source>
      <translation>從現在起，{name} 用於{uses}。</translation>
    </message>
    <message>
      <source>{name} is used for {uses} once the library is opened again and its files are read again.</source>
      <translation>重新開啟資料庫並重新讀取檔案後，{name} 就會用於{uses}。</translation>
    </message>
    <message>
      <source>{name} needs {needed} while it is installed; {free} are free.</source>
      <translation>安裝「{name}」期間需要 {needed}；目前剩 {free}。</translation>
    </message>
    <message>
      <source>{name}, for {uses}</source>
      <translation>{name}，用於{uses}</translation>
    </message>
    <message>
      <source>{name}, for {uses}; agreed to on {day}</source>
      <translation>{name}，用於{uses}；於 {day} 同意</translation>
    </message>
    <message>
      <source>{name}, no longer here</source>
      <translation>{name}，已不在這裡</translation>
    </message>
    <message>
      <source>{name}, page {page}</source>
      <translation>{name}，第 {page} 頁</translation>
    </message>
    <message>
      <source>{name}: Elasticsearch {version}, licence {licence}.</source>
      <translation>{name}：Elasticsearch {version}，授權 {licence}。</translation>
    </message>
    <message>
      <source>{name}: Elasticsearch.</source>
      <translation>{name}：Elasticsearch。</translation>
    </message>
    <message>
      <source>{name}: a click removes it</source>
      <translation>{name}：按一下即可移除</translation>
    </message>
    <message>
      <source>{number} of {count}</source>
      <translation>{number} / {count}</translation>
    </message>
    <message>
      <source>{pages} {in_documents}</source>
      <translation>{in_documents}，共 {pages}</translation>
    </message>
    <message>
      <source>{percent} % looked at: {done} of {total} pages</source>
      <translation>已分析 {percent} %：{done} / {total} 頁</translation>
    </message>
    <message>
      <source>{percent} % of pages can be searched by look.</source>
      <translation>{percent} % 的頁面可依外觀搜尋。</translation>
    </message>
    <message>
      <source>{seconds} s</source>
      <translation>{seconds} 秒</translation>
    </message>
    <message>
      <source>{seconds} s a page</source>
      <translation>每頁 {seconds} 秒</translation>
    </message>
    <message>
      <source>{seconds} s each</source>
      <translation>每頁 {seconds} 秒</translation>
    </message>
    <message>
      <source>{sentence} {another}</source>
      <translation>{sentence}{another}</translation>
    </message>
    <message>
      <source>{shared}

Everything that was read into it is dropped, for all of them. Each of them has to read their own files again. Do that for everybody?</source>
      <translation>{shared}

所有人已讀入的內容都會被捨棄，每個人都必須重新讀取自己的檔案。要為所有人這麼做嗎？</translation>
    </message>
    <message>
      <source>{size}, about {time}</source>
      <translation>{size}，約 {time}</translation>
    </message>
    <message>
      <source>{size}, of which compacting gives back {spare}</source>
      <translation>{size}，壓縮後可釋放 {spare}</translation>
    </message>
    <message>
      <source>{told}

Do you agree?</source>
      <translation>{told}

您同意嗎？</translation>
    </message>
    <message>
      <source>{total} pages</source>
      <translation>{total} 頁</translation>
    </message>
    <message>
      <source>{what} · {disk} on disk, {memory} of memory</source>
      <translation>{what} · 磁碟 {disk}，記憶體 {memory}</translation>
    </message>
    <message>
      <source>“{0}” is a look and not a kind of file, so it was left out.</source>
      <translation>「{0}」是外觀而不是檔案類型，已略過。</translation>
    </message>
    <message>
      <source>“{0}” is not a date, so it was left out.</source>
      <translation>「{0}」不是日期，已略過。</translation>
    </message>
    <message>
      <source>“{0}” is not a page number or a range from 1, so it was left out.</source>
      <translation>「{0}」不是頁碼或從 1 開始的範圍，已略過。</translation>
    </message>
    <message>
      <source>“{0}” names nothing, so it was left out. {1}</source>
      <translation>「{0}」沒有內容，已略過。{1}</translation>
    </message>
    <message>
      <source>“{0}” was left out: a minus works for words, not for filters.</source>
      <translation>「{0}」已略過：減號只能用於文字，不能用於篩選條件。</translation>
    </message>
    <message>
      <source>“{word}” once</source>
      <translation>「{word}」1 次</translation>
    </message>
    <message>
      <source>“{word}” {count} times</source>
      <translation>「{word}」{count} 次</translation>
    </message>
  </context>
</TS>
