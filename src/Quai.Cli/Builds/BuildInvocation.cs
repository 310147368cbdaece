using System.Runtime.InteropServices;
using Quai.BuildClient.Builders;
using Quai.BuildClient.Progress;
using Quai.Cli.Builds.Builders;
using Quai.Cli.Builds.Progress;
using Quai.Cli.CommandLine;
using Quai.Cli.Http;
using Quai.Cli.Streams;
using Quai.Client;
using Quai.Errors;

namespace Quai.Cli.Builds;

/// <summary>A command that builds: it shows how the builds go on, stops them on ctrl-C, and tells how they ended.</summary>
/// <param name="session">Settings, and the streams.</param>
/// <param name="builder">Where they are built.</param>
/// <param name="failure">How the line begins that tells a failure.</param>
internal sealed class BuildInvocation(Session session, ChosenBuilder builder, string failure)
{
    private const int Interrupted = 130;

    /// <summary>Builds.</summary>
    /// <param name="display">Shows how it goes on.</param>
    /// <param name="build">Runs the builds.</param>
    /// <param name="tell">Tells what came of them, and gives the exit code.</param>
    /// <returns>The exit code.</returns>
    public int Run<T>(IBuildDisplay display, Func<BuildRunner, CancellationToken, Task<T>> build, Func<T, int> tell)
    {
        using var stop = new CancellationTokenSource();
        using PosixSignalRegistration interrupt = Interrupts.StopOn(PosixSignal.SIGINT, stop), end = Interrupts.StopOn(PosixSignal.SIGTERM, stop);
        try
        {
            T outcome = RunAsync(build, display, stop.Token).Await();
            display.Finish(succeeded: true);
            return tell(outcome);
        }
        catch (TargetException e)
        {
            display.Finish(succeeded: false);
            return Fail($"target {e.Target}: failed to solve: {e.Failure.Message}", e.Failure.Places);
        }
        catch (BuilderException e)
        {
            display.Finish(succeeded: false);
            return Fail("failed to solve: " + e.Message, e.Places);
        }
        catch (OperationCanceledException)
        {
            display.Finish(succeeded: false);
            Fail("failed to solve: Canceled: context canceled", []);
            return Interrupted;
        }
        catch (DaemonException e)
        {
            display.Finish(succeeded: false);
            return Fail(e.Message, []);
        }
        catch (ExitException)
        {
            display.Finish(succeeded: false);
            throw;
        }
        catch (Exception e) when (e is ConnectionException or QuaiException)
        {
            return Fail(e.Message, []);
        }
    }

    /// <summary>Refuses a file to write whose folder is not there.</summary>
    /// <exception cref="ExitException">It is not there.</exception>
    public static void CheckFolder(string file)
    {
        if (file.Length > 0 && Path.GetDirectoryName(Path.GetFullPath(file)) is { } folder && !Directory.Exists(folder))
        {
            throw new ExitException(1, $"ERROR: invalid output path: stat {folder}: no such file or directory");
        }
    }

    private async Task<T> RunAsync<T>(Func<BuildRunner, CancellationToken, Task<T>> build, IBuildDisplay display, CancellationToken cancellation)
    {
        await using BuildRunner runner = await BuildRunner.OpenAsync(session, builder.Connector, display, cancellation);
        return await build(runner, cancellation);
    }

    private int Fail(string message, IReadOnlyList<SourcePlace> places)
    {
        foreach (SourcePlace place in places)
        {
            session.Error.Write(place.Excerpt());
        }

        session.Error.WriteLine(failure + message);
        return 1;
    }
}
