using Quai.BuildClient.Builds;
using Quai.Cli.CommandLine;

namespace Quai.Cli.Builds.Options;

/// <summary>One value of <c>--cache-from</c> or <c>--cache-to</c>: <c>type=registry,ref=user/app</c>, or the reference alone.</summary>
internal static class CacheOption
{
    /// <summary>Reads a value of <c>--cache-from</c>.</summary>
    /// <exception cref="ExitException">It is malformed.</exception>
    public static IEnumerable<CacheLocation> ParseFrom(string text)
    {
        CacheLocation read = Parse(text, out bool isReference);
        return read.Type == "local" && !read.Attributes.ContainsKey("src")
            ? throw new ExitException(1, "ERROR: failed to build: local cache importer requires src")
            : isReference ? text.Split(',').Select(r => new CacheLocation("registry", new Dictionary<string, string> { ["ref"] = r })) : [read];
    }

    /// <summary>Reads a value of <c>--cache-to</c>.</summary>
    /// <exception cref="ExitException">It is malformed.</exception>
    public static CacheLocation ParseTo(string text)
    {
        CacheLocation read = Parse(text, out _);
        return read.Type == "local" && !read.Attributes.ContainsKey("dest")
            ? throw new ExitException(1, "ERROR: failed to build: local cache exporter requires dest")
            : read;
    }

    private static CacheLocation Parse(string text, out bool isReference)
    {
        isReference = !Fields.Split(text).Any(f => f.Contains('=', StringComparison.Ordinal));
        if (isReference)
        {
            return new CacheLocation("registry", new Dictionary<string, string> { ["ref"] = text });
        }

        Dictionary<string, string> fields = Fields.Read(text, field => $"ERROR: invalid value {field}");
        return fields.Remove("type", out string? type) && type.Length > 0
            ? new CacheLocation(type, fields)
            : throw new ExitException(1, $"ERROR: type required form> \"{text}\"");
    }
}
