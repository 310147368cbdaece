using System.Globalization;

namespace Quai.Templates.Tests.Fuzzing;

/// <summary>Templates that parse, most of them: calls with any arguments, nested as they may be.</summary>
internal static class GrammarTemplates
{
    private static readonly string[] s_functions =
    [
        "and", "or", "not", "eq", "ne", "lt", "le", "gt", "ge", "len", "index", "slice", "print", "printf", "println", "html", "js", "urlquery", "json", "upper", "lower", "title", "join", "split", "truncate", "pad",
    ];

    private static readonly string[] s_values =
    [
        ".", "$", ".Name", ".Count", ".Ratio", ".On", ".None", ".List", ".Empty", ".Map", ".Deep", ".Deep.Er.Est", ".Missing", "nil", "true", "0", "1", "-1", "2", "100000", "2147483648", "-9223372036854775808", "9223372036854775807", "1.5", "1e308", "'a'",
        "\"\"", "\"a\"", "\"web\"", "\"\\u00e9\"", "\"%d\"", "\"%v %+v %#v %T %q %x %X %o %b %c %U %f %e %g %t %s\"", "\"%5.3s|%-8d|%08.3f|%+d|%*d\"", "\"%[1]d%%%!\"", "\"%.999999999f\"", "\"%-999999999s\"",
    ];

    public static string Make(Random random) => string.Concat(Enumerable.Range(0, random.Next(1, 4)).Select(_ => Action(random, 3)));

    private static string Action(Random random, int depth) => random.Next(depth > 0 ? 8 : 2) switch
    {
        0 => "text ",
        2 => $"{{{{range {Pipe(random)}}}}}{Action(random, depth - 1)}{{{{else}}}}{Action(random, depth - 1)}{{{{end}}}}",
        3 => $"{{{{range $k, $v := {Pipe(random)}}}}}{{{{$k}}}}{{{{json $v}}}}{{{{end}}}}",
        4 => $"{{{{if {Pipe(random)}}}}}{Action(random, depth - 1)}{{{{else if {Pipe(random)}}}}}{Action(random, depth - 1)}{{{{end}}}}",
        5 => $"{{{{with $x := {Pipe(random)}}}}}{Action(random, depth - 1)}{{{{$x}}}}{{{{end}}}}",
        6 => $"{{{{block \"t{random.Next(1000).ToString(CultureInfo.InvariantCulture)}\" {Pipe(random)}}}}}{Action(random, depth - 1)}{{{{end}}}}",
        _ => "{{" + Pipe(random) + "}}",
    };

    private static string Pipe(Random random) => string.Join(" | ", Enumerable.Range(0, random.Next(1, 3)).Select(i => i > 0 || random.Next(2) == 0 ? Call(random, 2) : Value(random, 2)));

    private static string Call(Random random, int depth) => s_functions[random.Next(s_functions.Length)] + string.Concat(Enumerable.Range(0, random.Next(0, 4)).Select(_ => " " + Value(random, depth)));

    private static string Value(Random random, int depth) => depth > 0 && random.Next(4) == 0 ? "(" + Call(random, depth - 1) + ")" : s_values[random.Next(s_values.Length)];
}
