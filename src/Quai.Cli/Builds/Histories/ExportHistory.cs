using System.IO.Compression;
using System.Text;
using Quai.Archives;
using Quai.BuildClient.Files;
using Quai.BuildClient.Histories;
using Quai.Cli.Builds.Builders;
using Quai.Cli.CommandLine;
using Quai.Errors;

namespace Quai.Cli.Builds.Histories;

/// <summary><c>quai buildx history export</c>.</summary>
internal sealed class ExportHistory : HistoryCommand
{
    private const uint FileMode = 0x124, IndexMode = 0x1a4, FolderMode = 0x1ed;

    private readonly Flag<bool> _all;
    private readonly Flag<bool> _finalize;
    private readonly Flag<string> _output;

    public ExportHistory(string path)
        : base(path)
    {
        _all = Flags.Bool("all", '\0', "Export all of them");
        _finalize = Flags.Bool("finalize", '\0', "Have the builder complete the records first");
        _output = Flags.String("output", 'o', "The file, by default the standard output");
    }

    public override string Usage => "[OPTIONS] [BUILD...]";

    public override string Summary => "Write records of builds to an archive, as Docker Desktop reads them";

    public override ArgumentCount Arguments => ArgumentCount.AtLeast(0);

    protected override async Task<int> RunAsync(Session session, ChosenBuilder builder, BuildHistory history, List<string> arguments)
    {
        if (_all.Value && arguments.Count > 0)
        {
            throw new ExitException(1, "ERROR: cannot specify refs when using --all");
        }

        if (_output.Value is "" or "-" && session.Out.IsTerminal)
        {
            throw new ExitException(1, "ERROR: refusing to write to console, use --output to specify a file");
        }

        IReadOnlyList<BuildRecord> records = await ChooseAsync(history, arguments);
        if (_finalize.Value)
        {
            foreach (BuildRecord record in records)
            {
                await history.FinalizeAsync(record.Id, CancellationToken.None);
            }

            records = await ChooseAsync(history, [.. records.Select(r => r.Id)]);
        }

        RecordBundle bundle = await history.BundleAsync(records, CancellationToken.None);
        if (_output.Value is "" or "-")
        {
            Write(session.Out, bundle);
            return 0;
        }

        try
        {
            await WholeFile.WriteAsync(Path.GetFullPath(_output.Value), file =>
            {
                Write(file, bundle);
                return Task.CompletedTask;
            });
            return 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or QuaiException)
        {
            throw new ExitException(1, $"ERROR: failed to create output file \"{_output.Value}\": {(e is QuaiException ? e.Message : $"open {_output.Value}: {(Directory.Exists(_output.Value) ? "is a directory" : WholeFile.ReasonOf(e))}")}");
        }
    }

    private async Task<IReadOnlyList<BuildRecord>> ChooseAsync(BuildHistory history, IReadOnlyList<string> words)
    {
        if (_all.Value)
        {
            List<BuildRecord> ended = [.. (await history.ListAsync([], CancellationToken.None)).Where(r => r.CompletedAt is not null)];
            return ended.Count > 0 ? ended : throw new ExitException(1, "ERROR: no records found");
        }

        List<BuildRecord> records = [];
        foreach (string word in words.Count > 0 ? words : [""])
        {
            records.Add(await FindAsync(history, word));
        }

        return [.. records.DistinctBy(r => r.Id)];
    }

    private static void Write(Stream output, RecordBundle bundle)
    {
        using var packed = new GZipStream(output, CompressionLevel.Optimal, leaveOpen: true);
        var tar = new TarWriter(packed);
        foreach (string folder in (ReadOnlySpan<string>)["blobs/", "blobs/sha256/"])
        {
            tar.WriteHeader(new TarHeader { Type = TarEntryType.Directory, Name = Encoding.UTF8.GetBytes(folder), Mode = FolderMode });
        }

        foreach ((string path, byte[] content) in bundle.Files)
        {
            tar.WriteHeader(new TarHeader { Type = TarEntryType.File, Name = Encoding.UTF8.GetBytes(path), Mode = path == "index.json" ? IndexMode : FileMode, Size = content.Length });
            tar.Write(content);
        }

        tar.Finish();
    }
}
