using System.Text;
using System.Text.Json;
using Xunit;

namespace Quai.Templates.Tests.Fuzzing;

/// <summary>Templates of <c>--format</c> and of clients' configuration files: they give text or a sentence about what is wrong with them.</summary>
[Collection(FuzzingCollection.Name)]
public sealed class TemplateFuzzTests
{
    private static readonly string[] s_words =
    [
        "{{", "}}", "{{-", "-}}", "{{/*", "*/}}", "if ", "else ", "else if ", "end", "range ", "with ", "define ", "block ", "template ", "break", "continue", "$", "$x", ":=", "=", ",", "|", "(", ")", ".", ".Name", ".List", ".Map", ".Deep.Er.Est", ".Missing",
        "nil", "true", "1", "-1", "0x1p4", "1e3", "1i", "'a'", "'\\n'", "\"a\"", "\"\\", "`raw`", "{{end}}", "{{.}}", "{{range .List}}", "{{if .On}}", "{{define \"t\"}}", "{{template \"t\" .}}", "{{block \"t\" .}}",
        "and ", "or ", "not ", "eq ", "ne ", "lt ", "len ", "index ", "slice ", "print ", "printf ", "println ", "html ", "js ", "urlquery ", "call ", "json ", "upper ", "lower ", "title ", "join ", "split ", "truncate ", "pad ", "println",
        "\"%d\"", "\"%v\"", "\"%+v\"", "\"%#v\"", "\"%q\"", "\"%x\"", "\"%T\"", "\"%9999999d\"", "\"%999999999d\"", "\"%.9999999f\"", "\"%*d\"", "\"%[2]d\"", "\"%!\"", "\"%s%s%s\"", " ",
    ];

    private static readonly string[] s_seeds =
    [
        "{{.Name}}", "{{range $i, $v := .List}}{{$i}}={{$v}} {{end}}", "{{if and .On (eq .Count 3)}}y{{else if .Off}}z{{else}}n{{end}}", "{{define \"t\"}}[{{.}}]{{end}}{{template \"t\" .Name}}{{block \"u\" .Count}}({{.}}){{end}}",
        "{{.Name | printf \"%s-%5.2f\" \"a\" | len}}", "{{with $x := index .Map \"z\"}}{{$x}}{{end}}", "a  {{- 1 -}}  b {{- /* gone */ -}} c", "{{json .}}", "table {{.Name}}\\t{{.Count}}", "{{slice .List 1 2}} {{join (split .Name \"e\") \",\"}}{{pad .Name 1 2}}{{truncate .Name 1}}",
        "{{range .List}}{{if eq . \"b\"}}{{continue}}{{end}}{{break}}{{else}}none{{end}}", "{{(index .List 0)}}{{.Deep.Er.Est | upper | lower | title}}{{html .Name}}{{js .Name}}{{urlquery .Name}}",
    ];

    [Fact]
    public void A_template_gives_text_or_a_sentence()
    {
        using JsonDocument data = JsonDocument.Parse("""{"Name":"web","Count":3,"Ratio":0.5,"On":true,"Off":false,"None":null,"List":["a","b","c"],"Empty":[],"Map":{"z":1,"a":"x"},"Deep":{"Er":{"Est":"end"}},"":{"":1}}""");
        object? row = JsonValues.From(data.RootElement);
        Fuzz.Holds(new Property("template", input =>
        {
            var template = Template.Parse(Encoding.UTF8.GetString(input));
            template.Execute(row);
            template.Execute(row, new TemplateOptions { FailOnMissingKey = true });
            template.Execute(row, new TemplateOptions { Header = true });
        })
        {
            // As much as the greatest number of rounds that a template may have, with all that one writes in a round.
            MaxAllocation = 1 << 30, MaxTime = TimeSpan.FromSeconds(10),
            Seeds = TextMutator.Seeds(s_seeds),
            Always = TextMutator.Seeds(
                string.Concat(Enumerable.Repeat("{{if 1}}", 20_000)), "{{" + new string('(', 20_000), "{{" + new string('!', 20_000), "{{define \"a\"}}{{template \"a\" .}}{{end}}{{template \"a\" .}}", "{{$x := " + new string('.', 20_000),
                "{{" + string.Concat(Enumerable.Repeat("not (", 20_000)) + "1" + new string(')', 20_000) + "}}", "{{1" + string.Concat(Enumerable.Repeat(" | print", 10_000)) + "}}", "{{else if" + string.Concat(Enumerable.Repeat("{{if 1}}{{else ", 10_000))),
            Mutate = TextMutator.With(s_words),
            Generate = random => random.Next(3) == 0 ? TextMutator.Of(s_words)(random) : Encoding.UTF8.GetBytes(GrammarTemplates.Make(random)),
        });
    }
}
