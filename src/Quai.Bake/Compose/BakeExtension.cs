using Quai.Bake.Definitions;
using Quai.Bake.Entries;

namespace Quai.Bake.Compose;

/// <summary>Reads the extension <c>x-bake</c> of a service's build: what compose files have no words for.</summary>
internal static class BakeExtension
{
    /// <summary>Adds what it says to a target.</summary>
    /// <exception cref="BakeException">A value is wrong.</exception>
    public static void Apply(TargetDraft target, ComposeNode extension)
    {
        if (extension is not ComposeMapping fields)
        {
            return;
        }

        target.Tags = Joined(target.Tags, Texts(fields["tags"]));
        target.Platforms = Joined(target.Platforms, Texts(fields["platforms"]));
        target.NoCacheFilter = Joined(target.NoCacheFilter, Texts(fields["no-cache-filter"]));
        target.CacheFrom = Merged(target.CacheFrom, [.. EntryReader.Caches(Texts(fields["cache-from"]))]);
        target.CacheTo = Merged(target.CacheTo, [.. EntryReader.Caches(Texts(fields["cache-to"]))]);
        target.Secrets = Merged(target.Secrets, [.. Texts(fields["secret"]).Where(text => text.Length > 0).Select(EntryReader.Secret)]);
        target.Outputs = Merged(target.Outputs, [.. Texts(fields["output"]).Where(text => text.Length > 0).Select(EntryReader.Output)]);
        if (Texts(fields["ssh"]) is { Count: > 0 } keys)
        {
            target.SshKeys = ComposeReader.Sorted(Merged(target.SshKeys, [.. keys.Where(text => text.Length > 0).Select(EntryReader.Ssh)])!);
        }

        target.Pull = Bool(fields["pull"]) ?? target.Pull;
        target.NoCache = Bool(fields["no-cache"]) ?? target.NoCache;
        if (fields["contexts"] is ComposeMapping contexts)
        {
            Dictionary<string, string> all = ComposeReader.Contexts(contexts.Entries.ToDictionary(entry => entry.Key, entry => YamlComposeLoader.Text(entry.Value)));
            foreach ((string name, string context) in target.Contexts ?? new Dictionary<string, string>())
            {
                all[name] = context;
            }

            target.Contexts = all;
        }
    }

    private static bool? Bool(ComposeNode? node) => node is ComposeScalar scalar ? scalar.AsBool : null;

    /// <summary>A list, or words separated by white space.</summary>
    private static IReadOnlyList<string> Texts(ComposeNode? node) => node is ComposeScalar { IsNull: false } scalar
        ? scalar.Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
        : YamlComposeLoader.Texts(node);

    private static IReadOnlyList<string>? Joined(IReadOnlyList<string>? first, IReadOnlyList<string> second) =>
        second.Count == 0 ? first : [.. (first ?? []).Concat(second).Distinct()];

    private static IReadOnlyList<T>? Merged<T>(IReadOnlyList<T>? first, IReadOnlyList<T> second)
        where T : class => second.Count == 0 ? first : EntryLists.WithoutDuplicates([.. first ?? [], .. second]);
}
