using System.Globalization;
using Quai.BuildClient.Builders;
using Quai.BuildClient.Cache;
using Quai.Cli.Builds.Builders;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Cli.Http;

namespace Quai.Cli.Builds.Cache;

/// <summary><c>quai buildx du</c>.</summary>
internal sealed class CacheUsage : Command
{
    private readonly Flag<string> _builder;
    private readonly ListFlag<KeyValuePair<string, string>> _filters;
    private readonly Flag<string> _format;
    private readonly Flag<bool> _verbose;

    public CacheUsage(string path)
        : base(path)
    {
        _builder = Flags.String("builder", '\0', "The builder");
        _filters = Flags.Filters('\0', "List only those that match");
        _format = Flags.String("format", '\0', "Format of the list: table, pretty, json or a template");
        _verbose = Flags.Bool("verbose", '\0', "The same as --format=pretty");
    }

    public override string Usage => "[OPTIONS]";

    public override string Summary => "Show what builds left behind";

    public override ArgumentCount Arguments => ArgumentCount.None;

    public override int Execute(Session session, List<string> arguments)
    {
        if (_verbose.Value && _format.Value.Length > 0)
        {
            throw new ExitException(1, "ERROR: --format and --verbose cannot be used together");
        }

        IReadOnlyList<CacheEntry> entries = ReadAsync(KnownBuilders.Choose(session, _builder.Value)).Await();
        CacheEntry[] sorted = [.. entries.OrderBy(e => e.Size).ThenBy(e => e.Id, StringComparer.Ordinal)];
        if (_verbose.Value || _format.Value == "pretty")
        {
            session.Out.Write(string.Concat(sorted.Select(CacheView.Full)) + CacheView.Sums(entries));
            return 0;
        }

        bool lists = _format.Value is "" or "table";
        new Table(lists ? CacheView.Columns : _format.Value, CacheView.Titles).Print(session.Out, sorted.Select(CacheView.Row));
        if (lists)
        {
            session.Out.Write(CacheView.Sums(entries));
        }

        return 0;
    }

    private async Task<IReadOnlyList<CacheEntry>> ReadAsync(ChosenBuilder builder)
    {
        await using BuilderConnection connection = await BuilderConnection.OpenAsync(builder.Connector, CancellationToken.None);
        return await connection.DiskUsageAsync(CacheFilters.Write(_filters.Values), CancellationToken.None);
    }
}

/// <summary><c>quai buildx prune</c> and <c>quai builder prune</c>.</summary>
internal sealed class CachePruning : Command
{
    private readonly Flag<bool> _all;
    private readonly Flag<string> _builder;
    private readonly ListFlag<KeyValuePair<string, string>> _filters;
    private readonly Flag<bool> _force;
    private readonly Flag<long> _most, _free, _reserved;
    private readonly Flag<bool> _verbose;

    public CachePruning(string path)
        : base(path)
    {
        _all = Flags.Bool("all", 'a', "Remove what frontends use themselves, too");
        _builder = Flags.String("builder", '\0', "The builder");
        _filters = Flags.Filters('\0', "Remove only those that match (until=24h)");
        _force = Flags.Bool("force", 'f', "Do not ask");
        _most = Bytes("max-used-space", "Most bytes that stay");
        _free = Bytes("min-free-space", "Bytes of the disk that are to be free");
        _reserved = Bytes("reserved-space", "Bytes that stay in any case");
        Flags.Alias("keep-storage", _reserved);
        _verbose = Flags.Bool("verbose", '\0', "Tell all of what is removed");
    }

    public override string Usage => "[OPTIONS]";

    public override string Summary => "Remove what builds left behind";

    public override ArgumentCount Arguments => ArgumentCount.None;

    public override int Execute(Session session, List<string> arguments)
    {
        var options = new CachePrune
        {
            All = _all.Value,
            Filters = CacheFilters.Write(_filters.Values.Where(f => f.Key is not ("until" or "unused-for"))),
            KeepDuration = CacheFilters.Age(_filters.Values),
            MaxUsedSpace = _most.Value,
            MinFreeSpace = _free.Value,
            ReservedSpace = _reserved.Value,
        };
        ChosenBuilder builder = KnownBuilders.Choose(session, _builder.Value);
        if (!_force.Value)
        {
            session.Confirm((_all.Value ? "WARNING! This will remove all build cache." : "WARNING! This will remove all dangling build cache.") + " Are you sure you want to continue?");
        }

        PruneAsync(session, builder, options).Await();
        return 0;
    }

    private Flag<long> Bytes(string name, string usage) => Flags.Add(new Flag<long>(name, '\0', "bytes", usage, 0, FlagValues.Bytes));

    private async Task PruneAsync(Session session, ChosenBuilder builder, CachePrune options)
    {
        await using BuilderConnection connection = await BuilderConnection.OpenAsync(builder.Connector, CancellationToken.None);
        long total = 0;
        bool titled = false;
        await foreach (CacheEntry entry in connection.PruneAsync(options, CancellationToken.None))
        {
            total += entry.Size;
            if (_verbose.Value)
            {
                session.Out.Write(CacheView.Full(entry));
                continue;
            }

            if (!titled)
            {
                session.Out.WriteLine("ID\t\t\t\t\t\tRECLAIMABLE\tSIZE\t\tLAST ACCESSED");
                titled = true;
            }

            string id = (entry.Id + (entry.IsMutable ? "*" : "")).PadRight(40), size = (Units.Size(entry.Size, 4) + (entry.IsShared ? "*" : "")).PadRight(10);
            session.Out.WriteLine($"{id}\t{(entry.IsInUse ? "false" : "true")} \t{size}\t{(entry.LastUsedAt is { } used ? Units.Ago(used) : "")}");
        }

        session.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Total:\t{Units.Size(total, 4)}"));
    }
}
