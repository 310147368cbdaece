using System.Runtime.InteropServices;
using Quai.BuildClient.Builders;
using Quai.BuildClient.Files;
using Quai.BuildClient.Progress;
using Quai.Cli.Builds.Builders;
using Quai.Cli.Builds.Progress;
using Quai.Cli.CommandLine;
using Quai.Cli.Http;
using Quai.Client;

namespace Quai.Cli.Builds;

/// <summary><c>quai build</c>.</summary>
internal sealed class BuildCommand : Command
{
    private const int Interrupted = 130;

    private readonly BuildFlags _flags;

    /// <param name="path">The words that select it.</param>
    public BuildCommand(string path)
        : base(path) => _flags = new BuildFlags(Flags);

    public override string Usage => "[OPTIONS] PATH | URL | -";

    public override string Summary => "Build an image from a Dockerfile";

    public override ArgumentCount Arguments => ArgumentCount.Exactly(1);

    public override int Execute(Session session, List<string> arguments)
    {
        string progress = _flags.Progress;
        BuildOptions options = _flags.Read(arguments[0]);
        ChosenBuilder builder = KnownBuilders.Choose(session, _flags.Builder);
        CheckFolder(_flags.MetadataFile);
        CheckFolder(_flags.IdFile);
        using IBuildDisplay display = BuildDisplays.Create(session, progress, builder.Name, builder.Driver, _flags.IsDebug || session.IsDebug);
        using var stop = new CancellationTokenSource();
        using PosixSignalRegistration interrupt = StopOn(PosixSignal.SIGINT, stop), end = StopOn(PosixSignal.SIGTERM, stop);
        try
        {
            BuildOutcome outcome = RunAsync(session, options, builder, display, stop.Token).Await();
            display.Finish(succeeded: true);
            return Tell(session, options, builder, outcome);
        }
        catch (BuilderException e)
        {
            display.Finish(succeeded: false);
            return Fail(session, "failed to solve: " + e.Message, e.Places);
        }
        catch (OperationCanceledException)
        {
            display.Finish(succeeded: false);
            Fail(session, "failed to solve: Canceled: context canceled", []);
            return Interrupted;
        }
        catch (DaemonException e)
        {
            display.Finish(succeeded: false);
            return Fail(session, e.Message, []);
        }
        catch (ExitException)
        {
            display.Finish(succeeded: false);
            throw;
        }
        catch (ConnectionException e)
        {
            return Fail(session, e.Message, []);
        }
    }

    private static async Task<BuildOutcome> RunAsync(Session session, BuildOptions options, ChosenBuilder builder, IBuildDisplay display, CancellationToken cancellation)
    {
        await using BuildRunner runner = await BuildRunner.OpenAsync(session, builder.Connector, display, cancellation);
        return await runner.RunAsync(options, "", cancellation);
    }

    private static PosixSignalRegistration StopOn(PosixSignal signal, CancellationTokenSource stop) => PosixSignalRegistration.Create(signal, context =>
    {
        // A second one ends the program at once.
        context.Cancel = !stop.IsCancellationRequested;
        stop.Cancel();
    });

    private static void CheckFolder(string file)
    {
        if (file.Length > 0 && Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder && !Directory.Exists(folder))
        {
            throw new ExitException(1, $"ERROR: invalid output path: stat {folder}: no such file or directory");
        }
    }

    private static int Fail(Session session, string message, IReadOnlyList<SourcePlace> places)
    {
        foreach (SourcePlace place in places)
        {
            session.Error.Write(place.Excerpt());
        }

        session.Error.WriteLine("ERROR: failed to build: " + message);
        return 1;
    }

    private int Tell(Session session, BuildOptions options, ChosenBuilder builder, BuildOutcome outcome)
    {
        if (_flags.MetadataFile.Length > 0)
        {
            WholeFile.WriteText(_flags.MetadataFile, outcome.MetadataJson(builder.Name));
        }

        if (options.Call.Name.Length > 0)
        {
            return CallAnswer.Print(session, options.Call, outcome.File, outcome.Result.Metadata);
        }

        if (_flags.IsQuiet && !options.Outputs.Any(o => o is { IsArchive: true, Destination: "-" }))
        {
            session.Out.WriteLine(outcome.Result.ImageId);
        }

        if (_flags.IdFile.Length > 0)
        {
            WholeFile.WriteText(_flags.IdFile, outcome.Result.ImageId);
        }

        return 0;
    }
}
