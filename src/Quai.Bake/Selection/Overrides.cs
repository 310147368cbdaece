using Quai.Bake.Definitions;

namespace Quai.Bake.Selection;

/// <summary>All changes to targets.</summary>
internal sealed class Overrides
{
    private static readonly string[] s_lists =
        ["output", "cache-to", "cache-from", "tags", "platform", "secrets", "ssh", "attest", "entitlements", "network", "annotations"];

    private readonly Definition _definition;
    private readonly BakeOptions _options;
    private readonly Dictionary<string, List<Override>> _byTarget = [];

    /// <exception cref="BakeException">A change is malformed, or of no target.</exception>
    public Overrides(Definition definition, BakeOptions options, IReadOnlyList<string> texts)
    {
        (_definition, _options) = (definition, options);
        foreach (string text in texts)
        {
            Add(text);
        }
    }

    /// <summary>The changes to a target, in the order in which their keys were first given.</summary>
    public IReadOnlyList<Override> Of(string target) => _byTarget.GetValueOrDefault(target) ?? [];

    private void Add(string text)
    {
        int equals = text.IndexOf('=', StringComparison.Ordinal);
        string left = equals < 0 ? text : text[..equals];
        string? value = equals < 0 ? null : text[(equals + 1)..];
        bool appends = left.EndsWith('+');
        string path = appends ? left[..^1] : left;
        string[] keys = path.Split('.', 3);
        if (keys.Length < 2)
        {
            throw new BakeException($"invalid override key {path}, expected target.name");
        }

        if (value is null && keys[1] != "args")
        {
            throw new BakeException($"invalid override {text}, expected target.name=value");
        }

        foreach (string target in Expand(keys[0]))
        {
            AddTo(target, left, keys, value, appends);
        }
    }

    private void AddTo(string target, string left, string[] keys, string? value, bool appends)
    {
        if (keys[1] is "args" or "contexts" && keys.Length != 3)
        {
            throw new BakeException($"invalid key {left}, {keys[1]} requires name");
        }

        if (value is null && !(_options.SeesEnvironment && _options.Environment.TryGetValue(keys[2], out value)))
        {
            // A build argument without a value takes the environment's, if it has one.
            return;
        }

        string key = string.Join('.', keys[1..]);
        if (!_byTarget.TryGetValue(target, out List<Override>? all))
        {
            _byTarget[target] = all = [];
        }

        Override? one = all.Find(other => other.Key == key);
        if (one is null)
        {
            one = new() { Key = key };
            all.Add(one);
        }

        if (s_lists.Contains(keys[1]))
        {
            one.Appends = appends;
            one.Values.Add(value);
        }
        else
        {
            one.Value = value;
        }
    }

    private List<string> Expand(string pattern)
    {
        if (_definition.Target(pattern) is not null)
        {
            return [pattern];
        }

        List<string> names = [];
        foreach (TargetDraft target in _definition.Targets)
        {
            if (GlobPattern.Matches(pattern, target.Name) ?? throw new BakeException($"could not match targets with '{pattern}': syntax error in pattern"))
            {
                names.Add(target.Name);
            }
        }

        return names.Count > 0 ? names : throw new BakeException($"could not find any target matching '{pattern}'");
    }
}
