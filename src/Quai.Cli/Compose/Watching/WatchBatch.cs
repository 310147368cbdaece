using Quai.Compose.Model.Services;

namespace Quai.Cli.Compose.Watching;

/// <summary>What changes of files ask for, each thing once.</summary>
internal sealed record WatchBatch
{
    /// <summary>The services that are built and made anew.</summary>
    public IReadOnlyList<string> Rebuilt { get; private init; } = [];

    /// <summary>The files that are copied into services' containers or deleted there.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<WatchedFile>> Synced { get; private init; } = new Dictionary<string, IReadOnlyList<WatchedFile>>();

    /// <summary>The services that are restarted.</summary>
    public IReadOnlyList<string> Restarted { get; private init; } = [];

    /// <summary>The commands that run in services' containers.</summary>
    public IReadOnlyList<(string Service, ServiceHook Command)> Executed { get; private init; } = [];

    /// <summary>What is to be done.</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="changed">The paths at which something changed.</param>
    public static WatchBatch Of(IReadOnlyList<WatchedRule> rules, IEnumerable<string> changed)
    {
        SortedSet<string> rebuilt = new(StringComparer.Ordinal), restarted = new(StringComparer.Ordinal);
        SortedDictionary<string, Dictionary<string, WatchedFile>> synced = new(StringComparer.Ordinal);
        List<WatchedRule> executed = [];
        string[] paths = [.. changed.SelectMany(WatchedTree.Of).Distinct().Order(StringComparer.Ordinal)];
        foreach (WatchedRule rule in rules)
        {
            WatchedFile[] files = [.. paths.Select(rule.Of).OfType<WatchedFile>()];
            if (files.Length == 0)
            {
                continue;
            }

            if (rule.Copies)
            {
                Dictionary<string, WatchedFile> all = synced.TryGetValue(rule.Service, out Dictionary<string, WatchedFile>? known) ? known : synced[rule.Service] = [];
                foreach (WatchedFile file in files)
                {
                    all[file.Target] = file;
                }
            }

            switch (rule.Rule.Action)
            {
                case "rebuild":
                    rebuilt.Add(rule.Service);
                    break;
                case "restart" or "sync+restart":
                    restarted.Add(rule.Service);
                    break;
                case "sync+exec":
                    executed.Add(rule);
                    break;
            }
        }

        return new()
        {
            Rebuilt = [.. rebuilt],
            Synced = synced.ToDictionary(one => one.Key, one => (IReadOnlyList<WatchedFile>)[.. one.Value.Values]),
            Restarted = [.. restarted],
            Executed = [.. executed.Select(rule => (rule.Service, rule.Rule.Exec))],
        };
    }
}
