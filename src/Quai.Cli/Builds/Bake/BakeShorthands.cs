using Quai.Cli.Builds.Options;
using Quai.Cli.CommandLine;

namespace Quai.Cli.Builds.Bake;

/// <summary>The options that stand for overrides of all targets.</summary>
internal sealed class BakeShorthands(FlagSet flags)
{
    private readonly Flag<bool> _push = flags.Bool("push", '\0', "Shorthand for \"--set=*.output=type=registry\". Conditional.");
    private readonly Flag<bool> _load = flags.Bool("load", '\0', "Shorthand for \"--set=*.output=type=docker\". Conditional.");
    private readonly Flag<bool> _noCache = flags.Bool("no-cache", '\0', "Do not use cache when building the image");
    private readonly Flag<bool> _pull = flags.Bool("pull", '\0', "Always attempt to pull all referenced images");
    private readonly Flag<bool> _check = flags.Bool("check", '\0', "Shorthand for \"--call=check\"");
    private readonly Flag<string> _call = flags.String("call", '\0', "Set method for evaluating build (\"check\", \"outline\", \"targets\")", "build");
    private readonly Flag<string> _sbom = flags.String("sbom", '\0', "Shorthand for \"--set=*.attest=type=sbom\"");
    private readonly Flag<string> _provenance = flags.String("provenance", '\0', "Shorthand for \"--set=*.attest=type=provenance\"");

    /// <summary>What the frontend is asked instead of builds; null for what the targets say.</summary>
    /// <exception cref="ExitException">The value is malformed.</exception>
    public CallOption? Call => _check.Value ? CallOption.Parse("check") : _call.Value is "build" or "" ? null : CallOption.Parse(_call.Value);

    /// <summary>The overrides.</summary>
    public IEnumerable<string> Overrides()
    {
        if (_push.Value)
        {
            yield return "*.push=true";
        }

        if (_load.Value)
        {
            yield return "*.load=true";
        }

        if (Call is { } call)
        {
            yield return "*.call=" + call.Name;
        }

        if (_noCache.Changed)
        {
            yield return $"*.no-cache={Text(_noCache.Value)}";
        }

        if (_pull.Changed)
        {
            yield return $"*.pull={Text(_pull.Value)}";
        }

        if (_sbom.Value.Length > 0)
        {
            yield return "*.attest=" + Attestation("sbom", _sbom.Value);
        }

        if (_provenance.Value.Length > 0)
        {
            yield return "*.attest=" + Attestation("provenance", _provenance.Value);
        }
    }

    private static string Text(bool value) => value ? "true" : "false";

    private static string Attestation(string type, string value) => value.ToLowerInvariant() switch
    {
        "1" or "t" or "true" => $"type={type},disabled=false",
        "0" or "f" or "false" => $"type={type},disabled=true",
        _ => $"type={type},{value}",
    };
}
