#include "collectors/xml_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace hostpulse::collectors {
namespace {

// The pieces, one after another: <a>, </a>, 'text', and an end or an error.
std::string Pieces(std::string_view xml) {
  XmlReader reader(xml);
  std::string pieces;
  while (true) {
    switch (reader.Next()) {
      case XmlReader::Token::kStart:
        pieces.append("<").append(reader.name()).append(">");
        break;
      case XmlReader::Token::kEnd:
        pieces.append("</").append(reader.name()).append(">");
        break;
      case XmlReader::Token::kText:
        pieces.append("'").append(reader.text()).append("'");
        break;
      case XmlReader::Token::kDone:
        EXPECT_EQ(reader.Next(), XmlReader::Token::kDone);
        return pieces + ".";
      case XmlReader::Token::kError:
        EXPECT_EQ(reader.Next(), XmlReader::Token::kError);
        return std::string("error: ") + reader.error();
    }
  }
}

TEST(XmlReaderTest, TakesElementsAndTextApart) {
  EXPECT_EQ(Pieces("<a/>"), "<a></a>.");
  EXPECT_EQ(Pieces("<?xml version='1.0'?>\n<a>one<b>two</b> <c/></a >\n"),
            "<a>'one'<b>'two'</b>' '<c></c></a>.");
  EXPECT_EQ(Pieces("<a x='1' y=\"2\"><b z='3'/></a>"), "<a><b></b></a>.");
}

TEST(XmlReaderTest, RefusesWhatDoesNotMatch) {
  EXPECT_EQ(Pieces("<a></b>"), "error: end tag without its start tag");
  EXPECT_EQ(Pieces("</a>"), "error: end tag without its start tag");
  EXPECT_EQ(Pieces("<a>"), "error: end of the text within an element");
  EXPECT_EQ(Pieces("<a>text"), "error: end of the text within an element");
  EXPECT_EQ(Pieces("<a"), "error: tag without an end");
  EXPECT_EQ(Pieces("<a/><b/>"), "error: second root element");
  EXPECT_EQ(Pieces("text<a/>"), "error: text outside of an element");
  EXPECT_EQ(Pieces("<a/>text"), "error: text outside of an element");
  EXPECT_EQ(Pieces(""), "error: no element");
  EXPECT_EQ(Pieces(" \n"), "error: no element");
  EXPECT_EQ(Pieces("< a/>"), "error: bad tag");
  EXPECT_EQ(Pieces("<a&b/>"), "error: bad tag");
  EXPECT_EQ(Pieces("<a></a b>"), "error: bad end tag");
}

TEST(XmlReaderTest, RefusesWhatCouldMakeMuchOfLittle) {
  EXPECT_EQ(Pieces("<!DOCTYPE a [<!ENTITY x 'xx'>]><a>&x;</a>"),
            "error: document type, comment or CDATA");
  EXPECT_EQ(Pieces("<a><![CDATA[x]]></a>"), "error: document type, comment or CDATA");
  EXPECT_EQ(Pieces("<a/><?x?>"), "error: instruction in the wrong place");
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "<a>";
  EXPECT_EQ(Pieces(deep), "error: elements too deep");
}

TEST(XmlReaderTest, GoesAsDeepAsItSays) {
  std::string xml;
  for (std::size_t i = 0; i < XmlReader::kDeepest; ++i) xml += "<a>";
  for (std::size_t i = 0; i < XmlReader::kDeepest; ++i) xml += "</a>";
  EXPECT_TRUE(Pieces(xml).ends_with("."));
}

TEST(DecodeXmlTextTest, KnowsEntitiesAndCharacters) {
  std::string out = "old";
  EXPECT_TRUE(DecodeXmlText("a &lt;b&gt; &amp;amp; &quot;c&quot; &apos;d&apos;", out));
  EXPECT_EQ(out, "a <b> &amp; \"c\" 'd'");
  EXPECT_TRUE(DecodeXmlText("&#65;&#x42;&#xe4;&#8364;&#x1F600;", out));
  EXPECT_EQ(out, "AB\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
  EXPECT_TRUE(DecodeXmlText("", out));
  EXPECT_EQ(out, "");
}

TEST(DecodeXmlTextTest, RefusesOthers) {
  std::string out;
  for (const char* bad : {"&nbsp;", "&", "&;", "&lt", "&#;", "&#x;", "&#0;", "&#xD800;",
                          "&#x110000;", "&#99999999999;", "&#-1;", "a & b"}) {
    EXPECT_FALSE(DecodeXmlText(bad, out)) << bad;
  }
}

}  // namespace
}  // namespace hostpulse::collectors
