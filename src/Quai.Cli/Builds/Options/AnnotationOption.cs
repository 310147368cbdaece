using Quai.Cli.CommandLine;

namespace Quai.Cli.Builds.Options;

/// <summary>One value of <c>--annotation</c>: <c>name=value</c>, or with the kinds of what is annotated before it: <c>index,manifest[linux/amd64]:name=value</c>.</summary>
internal static class AnnotationOption
{
    private static readonly string[] s_kinds = ["index", "index-descriptor", "manifest", "manifest-descriptor"];

    /// <summary>The exporter's attributes for a value.</summary>
    /// <exception cref="ExitException">It is malformed.</exception>
    public static IEnumerable<KeyValuePair<string, string>> Parse(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals < 0)
        {
            throw new ExitException(1, $"ERROR: failed to build: parse annotations: invalid annotation \"{text}\", expected key=value");
        }

        string name = text[..equals], value = text[(equals + 1)..];
        int colon = name.IndexOf(':', StringComparison.Ordinal);
        string kinds = colon < 0 ? "" : name[..colon];
        if (kinds.Length == 0 || !s_kinds.Any(k => kinds.StartsWith(k, StringComparison.Ordinal)))
        {
            return [new($"annotation.{name}", value)];
        }

        return kinds.Split(',').Select(kind =>
        {
            int bracket = kind.IndexOf('[', StringComparison.Ordinal);
            string bare = bracket < 0 ? kind : kind[..bracket];
            return s_kinds.Contains(bare)
                ? new KeyValuePair<string, string>($"annotation-{kind}.{name[(colon + 1)..]}", value)
                : throw new ExitException(1, $"ERROR: failed to build: parse annotations: unknown annotation type \"{kind}\"");
        });
    }
}
