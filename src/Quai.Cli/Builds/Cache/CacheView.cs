using System.Globalization;
using System.Text;
using Quai.BuildClient.Cache;
using Quai.Cli.Formatting;
using Quai.Templates;

namespace Quai.Cli.Builds.Cache;

/// <summary>Entries of a builder's cache as they are shown.</summary>
internal static class CacheView
{
    /// <summary>The list's columns.</summary>
    public const string Columns = "table {{.ID}}\t{{.Reclaimable}}\t{{.Size}}\t{{.LastUsedAt}}";

    /// <summary>The columns' titles.</summary>
    public static IReadOnlyDictionary<string, string> Titles { get; } = new Dictionary<string, string>
    {
        ["ID"] = "ID", ["Reclaimable"] = "RECLAIMABLE", ["Size"] = "SIZE", ["LastUsedAt"] = "LAST ACCESSED", ["CreatedAt"] = "CREATED AT", ["Description"] = "DESCRIPTION",
        ["Mutable"] = "MUTABLE", ["Shared"] = "SHARED", ["Type"] = "TYPE", ["UsageCount"] = "USAGE COUNT", ["Parents"] = "PARENTS",
    };

    /// <summary>An entry as a template sees it.</summary>
    public static Row Row(CacheEntry entry) => new Row("*commands.duContext")
        .With("ID", () => entry.Id + (entry.IsMutable ? "*" : ""))
        .With("Parents", () => entry.Parents.Count == 0 ? null : new GoList([.. entry.Parents]))
        .With("CreatedAt", () => Moment(entry.CreatedAt))
        .With("Mutable", () => entry.IsMutable)
        .With("Reclaimable", () => !entry.IsInUse)
        .With("Shared", () => entry.IsShared)
        .With("Size", () => Units.Size(entry.Size, 4) + (entry.IsShared ? "*" : ""))
        .With("Description", () => entry.Description)
        .With("UsageCount", () => entry.UsageCount)
        .With("LastUsedAt", () => entry.LastUsedAt is { } used ? Units.Ago(used) : "")
        .With("Type", () => entry.Type);

    /// <summary>An entry in full, a line for each fact.</summary>
    public static string Full(CacheEntry entry)
    {
        var text = new StringBuilder();
        Add("ID", entry.Id);
        if (entry.Parents.Count > 0)
        {
            Add(entry.Parents.Count == 1 ? "Parent" : "Parents", string.Join("\n               ", entry.Parents));
        }

        Add("Created at", Moment(entry.CreatedAt));
        Add("Mutable", entry.IsMutable ? "true" : "false");
        Add("Reclaimable", entry.IsInUse ? "false" : "true");
        Add("Shared", entry.IsShared ? "true" : "false");
        Add("Size", Units.Size(entry.Size, 4));
        if (entry.Description.Length > 0)
        {
            Add("Description", entry.Description);
        }

        Add("Usage count", entry.UsageCount.ToString(CultureInfo.InvariantCulture));
        if (entry.LastUsedAt is { } used)
        {
            Add("Last used", Units.Ago(used));
        }

        if (entry.Type.Length > 0)
        {
            Add("Type", entry.Type);
        }

        return text.Append('\n').ToString();

        void Add(string name, string value) => text.Append((name + ":").PadRight(13)).Append(' ').Append(value).Append('\n');
    }

    /// <summary>Sums over entries, as they stand below the list.</summary>
    public static string Sums(IReadOnlyCollection<CacheEntry> entries)
    {
        long total = entries.Sum(e => e.Size), shared = entries.Where(e => e.IsShared).Sum(e => e.Size), reclaimable = entries.Where(e => !e.IsInUse).Sum(e => e.Size);
        var text = new StringBuilder();
        if (shared > 0)
        {
            text.Append($"Shared:\t\t{Units.Size(shared, 4)}\nPrivate:\t{Units.Size(total - shared, 4)}\n");
        }

        return text.Append($"Reclaimable:\t{Units.Size(reclaimable, 4)}\nTotal:\t\t{Units.Size(total, 4)}\n").ToString();
    }

    private static string Moment(DateTimeOffset moment) => moment.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture) + " +0000 UTC";
}
