using System.Text.Json;
using Xunit;

namespace Quai.Templates.Tests;

/// <summary>What templates make of data, and what they say of wrong ones: results that Go's text/template gives.</summary>
public sealed class TemplateTests
{
    private const string Data = """{"Name":"web","Count":3,"Ratio":0.5,"On":true,"Off":false,"None":null,"List":["a","b","c"],"Empty":[],"Map":{"z":1,"a":"x"},"Deep":{"Er":{"Est":"end"}}}""";

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("{{.Name}}", "web")]
    [InlineData("{{.Deep.Er.Est}}", "end")]
    [InlineData("{{.Missing}}", "<no value>")]
    [InlineData("{{.None}}", "<no value>")]
    [InlineData("{{.List}} {{.Map}} {{.Empty}}", "[a b c] map[a:x z:1] []")]
    [InlineData("{{.Count}} {{.Ratio}} {{.On}}", "3 0.5 true")]
    [InlineData("{{index .List 1}} {{index .Map \"z\"}} {{index .Deep \"Er\" \"Est\"}}", "b 1 end")]
    [InlineData("{{if .On}}y{{else}}n{{end}}{{if .Off}}y{{else}}n{{end}}{{if .Empty}}y{{else if .Count}}c{{end}}", "ync")]
    [InlineData("{{range .List}}<{{.}}>{{end}}", "<a><b><c>")]
    [InlineData("{{range $i, $v := .List}}{{$i}}={{$v}} {{end}}", "0=a 1=b 2=c ")]
    [InlineData("{{range $k, $v := .Map}}{{$k}}={{$v}} {{end}}", "a=x z=1 ")]
    [InlineData("{{range .Empty}}x{{else}}none{{end}}", "none")]
    [InlineData("{{range .List}}{{if eq . \"b\"}}{{continue}}{{end}}{{if eq . \"c\"}}{{break}}{{end}}{{.}}{{end}}", "a")]
    [InlineData("{{with .Deep}}{{.Er.Est}}{{end}}{{with .Off}}x{{else}}y{{end}}", "endy")]
    [InlineData("{{$x := 1}}{{range .List}}{{$x = 2}}{{end}}{{$x}}", "2")]
    [InlineData("a  {{- 1 -}}  b {{- /* gone */ -}} c", "a1bc")]
    [InlineData("{{define \"t\"}}[{{.}}]{{end}}{{template \"t\" .Name}}{{block \"u\" .Count}}({{.}}){{end}}", "[web](3)")]
    [InlineData("{{.Name | printf \"%s-%s\" \"a\" | len}}", "5")]
    [InlineData("{{and 1 0}} {{and 1 2}} {{or 0 \"x\"}} {{not 0}}", "0 2 x true")]
    [InlineData("{{eq 1 2 1}} {{ne \"a\" \"b\"}} {{lt 1 2}} {{le 2 2}} {{gt 1.5 1.2}} {{ge \"b\" \"a\"}}", "true true true true true true")]
    [InlineData("{{slice \"abcdef\" 1 3}} {{slice .List 1}} {{len .List}}", "bc [b c] 3")]
    [InlineData("{{print 1 2 \"a\" \"b\" 3}}", "1 2ab3")]
    [InlineData("{{html \"<a&'\\\"b>\"}}", "&lt;a&amp;&#39;&#34;b&gt;")]
    [InlineData("{{js \"it's <b>\"}}", "it\\'s \\u003Cb\\u003E")]
    [InlineData("{{urlquery \"a b&c\"}}", "a+b%26c")]
    [InlineData("{{json .}}", """{"Count":3,"Deep":{"Er":{"Est":"end"}},"Empty":[],"List":["a","b","c"],"Map":{"a":"x","z":1},"Name":"web","None":null,"Off":false,"On":true,"Ratio":0.5}""")]
    [InlineData("{{json \"a<b>&\"}}", "\"a<b>&\"")]
    [InlineData("{{upper .Name}} {{lower \"AB\"}} {{title \"ab cd\"}} {{join .List \"+\"}} {{split \"a,b\" \",\"}} {{truncate \"abcdef\" 2}} {{pad \"x\" 1 2}}|", "WEB ab Ab Cd a+b+c [a b] ab  x  |")]
    [InlineData("{{1e30}} {{1e-7}} {{0x10}} {{1_000}} {{.5}} {{-3}} {{'a'}}", "1e+30 1e-07 16 1000 0.5 -3 97")]
    [InlineData("{{`raw\\n`}} {{\"tab\\t\\u00e9\"}}", "raw\\n tab\té")]
    public void Gives(string template, string expected) => Assert.Equal(expected, Run(template));

    [Theory]
    [InlineData("{{.Name", "template: :1: unclosed action")]
    [InlineData("{{", "template: :1: unclosed action")]
    [InlineData("{{}}", "template: :1: missing value for command")]
    [InlineData("{{if}}x{{end}}", "template: :1: missing value for if")]
    [InlineData("{{if .Name}}", "template: :1: unexpected EOF")]
    [InlineData("{{end}}", "template: :1: unexpected {{end}}")]
    [InlineData("{{nope}}", "template: :1: function \"nope\" not defined")]
    [InlineData("{{$x}}", "template: :1: undefined variable \"$x\"")]
    [InlineData("{{(.Name}}", "template: :1: unclosed left paren")]
    [InlineData("{{.Name)}}", "template: :1: unexpected right paren")]
    [InlineData("{{\"abc", "template: :1: unterminated quoted string")]
    [InlineData("{{/* x", "template: :1: unclosed comment")]
    [InlineData("{{break}}", "template: :1: {{break}} outside {{range}}")]
    [InlineData("{{3 | 4}}", "template: :1: non executable command in pipeline stage 2")]
    [InlineData("{{nil}}", "template: :1:2: executing \"\" at <nil>: nil is not a command")]
    [InlineData("{{.None.X}}", "template: :1:7: executing \"\" at <.None.X>: nil pointer evaluating interface {}.X")]
    [InlineData("{{.Name.X}}", "template: :1:7: executing \"\" at <.Name.X>: can't evaluate field X in type interface {}")]
    [InlineData("a\n  {{.Name.X}}", "template: :2:9: executing \"\" at <.Name.X>: can't evaluate field X in type interface {}")]
    [InlineData("{{len 3}}", "template: :1:2: executing \"\" at <len 3>: error calling len: len of type int")]
    [InlineData("{{len}}", "template: :1:2: executing \"\" at <len>: wrong number of args for len: want 1 got 0")]
    [InlineData("{{index .List 9}}", "template: :1:2: executing \"\" at <index .List 9>: error calling index: index out of range: 9")]
    [InlineData("{{template \"nope\"}}", "template: :1:11: executing \"\" at <{{template \"nope\"}}>: template \"nope\" not defined")]
    public void Refuses(string template, string message) => Assert.Equal(message, Assert.Throws<TemplateException>(() => Run(template)).Message);

    [Fact]
    public void MissingKeyIsAnErrorOnDemand()
    {
        Template template = Template.Parse("{{.Deep.Nope}}");
        object? data = JsonValues.From(JsonDocument.Parse(Data).RootElement);

        TemplateException error = Assert.Throws<TemplateException>(() => template.Execute(data, new TemplateOptions { FailOnMissingKey = true }));

        Assert.Equal("template: :1:7: executing \"\" at <.Deep.Nope>: map has no entry for key \"Nope\"", error.Message);
    }

    [Fact]
    public void RecursionEnds() => Assert.Contains("exceeded maximum template depth", Assert.Throws<TemplateException>(
        () => Run("{{define \"t\"}}{{template \"t\"}}{{end}}{{template \"t\"}}")).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData(0.1, "0.1")]
    [InlineData(100, "100")]
    [InlineData(123456789012345680.0, "1.2345678901234568e+17")]
    [InlineData(1e20, "1e+20")]
    [InlineData(1000000, "1e+06")]
    [InlineData(100000.5, "100000.5")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(0.00001, "1e-05")]
    [InlineData(-2.5, "-2.5")]
    public void Floats(double value, string expected) => Assert.Equal(expected, GoText.ShowFloat(value));

    [Theory]
    [InlineData(1234567, "1234567")]
    [InlineData(1e20, "100000000000000000000")]
    [InlineData(1e21, "1e+21")]
    [InlineData(1e-7, "1e-7")]
    [InlineData(0.00001, "0.00001")]
    public void JsonFloats(double value, string expected) => Assert.Equal(expected, GoJson.Write(value));

    private static string Run(string template) => Template.Parse(template).Execute(JsonValues.From(JsonDocument.Parse(Data).RootElement));
}
