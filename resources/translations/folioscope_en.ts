<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
  <context>
    <name>Folioscope</name>
    <message numerus="yes">
      <source>%Ln cores</source>
      <translation>
        <numerusform>%Ln core</numerusform>
        <numerusform>%Ln cores</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln days</source>
      <translation>
        <numerusform>%Ln day</numerusform>
        <numerusform>%Ln days</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln documents that only others have stay there.</source>
      <translation>
        <numerusform>%Ln document that only others have stays there.</numerusform>
        <numerusform>%Ln documents that only others have stay there.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln failed</source>
      <translation>
        <numerusform>%Ln failed</numerusform>
        <numerusform>%Ln failed</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln files</source>
      <translation>
        <numerusform>%Ln file</numerusform>
        <numerusform>%Ln files</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln files no longer there.</source>
      <translation>
        <numerusform>%Ln file no longer there.</numerusform>
        <numerusform>%Ln files no longer there.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln folders</source>
      <translation>
        <numerusform>%Ln folder</numerusform>
        <numerusform>%Ln folders</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln hours</source>
      <translation>
        <numerusform>%Ln hour</numerusform>
        <numerusform>%Ln hours</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln left out</source>
      <translation>
        <numerusform>%Ln left out</numerusform>
        <numerusform>%Ln left out</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln minutes</source>
      <translation>
        <numerusform>%Ln minute</numerusform>
        <numerusform>%Ln minutes</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln moved files found again.</source>
      <translation>
        <numerusform>%Ln moved file found again.</numerusform>
        <numerusform>%Ln moved files found again.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln pages</source>
      <translation>
        <numerusform>%Ln page</numerusform>
        <numerusform>%Ln pages</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln pages could not be drawn</source>
      <translation>
        <numerusform>%Ln page could not be drawn</numerusform>
        <numerusform>%Ln pages could not be drawn</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>%Ln questions were answered alike by both.</source>
      <translation>
        <numerusform>%Ln question was answered alike by both.</numerusform>
        <numerusform>%Ln questions were answered alike by both.</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>Folioscope cannot read these %Ln files</source>
      <translation>
        <numerusform>Folioscope cannot read this file</numerusform>
        <numerusform>Folioscope cannot read these %Ln files</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>Show %Ln weaker</source>
      <translation>
        <numerusform>Show %Ln weaker</numerusform>
        <numerusform>Show %Ln weaker</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>Try %Ln sample documents</source>
      <translation>
        <numerusform>Try %Ln sample document</numerusform>
        <numerusform>Try %Ln sample documents</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>about %Ln hours left</source>
      <translation>
        <numerusform>about %Ln hour left</numerusform>
        <numerusform>about %Ln hours left</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>about %Ln minutes left</source>
      <translation>
        <numerusform>about %Ln minute left</numerusform>
        <numerusform>about %Ln minutes left</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>in %Ln documents</source>
      <translation>
        <numerusform>in %Ln document</numerusform>
        <numerusform>in %Ln documents</numerusform>
      </translation>
    </message>
    <message numerus="yes">
      <source>shared with %Ln other computers</source>
      <translation>
        <numerusform>shared with %Ln other computer</numerusform>
        <numerusform>shared with %Ln other computers</numerusform>
      </translation>
    </message>
  </context>
</TS>
