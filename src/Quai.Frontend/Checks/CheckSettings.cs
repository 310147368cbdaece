using Quai.Dockerfiles.Instructions.Reading;
using Quai.Errors;

namespace Quai.Frontend.Checks;

/// <summary>How a file is checked: <c>skip=RuleA,RuleB;error=true;experimental=all</c>.</summary>
internal sealed record CheckSettings
{
    private HashSet<string> Skipped { get; init; } = [];

    private HashSet<string> Experimental { get; init; } = [];

    private bool SkipsAll { get; init; }

    private bool HasAllExperimental { get; init; }

    /// <summary>Whether a build fails where a check finds something.</summary>
    public bool FailsBuild { get; init; }

    /// <summary>Reads them.</summary>
    /// <exception cref="QuaiException">They are malformed.</exception>
    public static CheckSettings Read(string text)
    {
        var settings = new CheckSettings();
        foreach (string part in text.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int equals = part.IndexOf('=');
            string key = equals < 0 ? part : part[..equals].Trim(), value = equals < 0 ? "" : part[(equals + 1)..].Trim();
            HashSet<string> names = new(value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), StringComparer.OrdinalIgnoreCase);
            bool all = value.Equals("all", StringComparison.OrdinalIgnoreCase);
            settings = (equals < 0 ? "" : key) switch
            {
                "skip" => settings with { SkipsAll = all, Skipped = names },
                "experimental" => settings with { HasAllExperimental = all, Experimental = names },
                "error" => settings with { FailsBuild = Booleans.TryParse(value, out bool fails) ? fails : throw QuaiException.Invalid($"failed to parse check option \"error\": strconv.ParseBool: parsing \"{value}\": invalid syntax") },
                _ => throw QuaiException.Invalid($"invalid check option \"{part}\""),
            };
        }

        return settings;
    }

    /// <summary>Whether a check is done.</summary>
    public bool Has(CheckRule rule) => rule.IsExperimental ? HasAllExperimental || Experimental.Contains(rule.Name) : !Skips(rule.Name);

    /// <summary>Whether something with a name is not done.</summary>
    public bool Skips(string name) => SkipsAll || Skipped.Contains(name);
}
