using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Quai.Api.Containers;
using Quai.Daemon.Configuration;
using Quai.Daemon.Lifetime;
using Quai.Daemon.Logging;
using Quai.Daemon.Rootless;
using Quai.Engine.Logs.Relaying;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Processes;
using Quai.Metadata;

namespace Quai.Daemon;

/// <summary>The program <c>quaid</c>.</summary>
internal static partial class Program
{
    /// <summary>The number of stop signals after which the daemon ends without waiting.</summary>
    private const int Impatience = 3;

    /// <summary>The exit code for a command line that cannot be read.</summary>
    private const int WrongFlag = 125;

    private static async Task<int> Main(string[] arguments)
    {
        if (arguments is [LogRelay.Command, .. var relayed])
        {
            return await LogRelay.RunAsync(relayed).ConfigureAwait(false);
        }

        // The half that stays outside keeps nothing secret, and starts programs that must be as its user's others are.
        Ulimit? coreFiles = OuterDaemon.IsHere ? null : ProcessState.Protect();
        Settings line;
        DaemonConfiguration configuration;
        try
        {
            InnerDaemon.Enter();
            line = Arguments.Parse(arguments);
            if (line.Switch("help", false))
            {
                Console.Out.Write(Flags.Usage());
                return 0;
            }

            if (line.Switch("version", false))
            {
                Console.Out.WriteLine($"Quai version {Product.Version}");
                return 0;
            }

            bool validate = line.Switch("validate", false);
            configuration = DaemonConfiguration.Load(line);
            configuration = coreFiles is null ? configuration : configuration.WithDefaultUlimit(coreFiles);
            if (validate)
            {
                Console.Out.WriteLine("configuration OK");
                return 0;
            }

            if (OuterDaemon.IsHere)
            {
                return await OuterDaemon.RunAsync(configuration, arguments);
            }

            configuration = InnerDaemon.WithHostSockets(configuration);
        }
        catch (Exception e) when (e is QuaiException or LinuxException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine(e.Message);
            return e is WrongFlagException ? WrongFlag : 1;
        }

        ProcessState.ForgetSecrets(configuration.Proxies);
        using var log = new TextLogger(Console.OpenStandardError(), TimeProvider.System) { Level = configuration.LogLevel, Structured = configuration.StructuredLog };
        try
        {
            return await RunAsync(line, configuration, log);
        }
        catch (Exception e) when (e is QuaiException or LinuxException or MetadataException or IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"failed to start daemon: {e.Message}");
            return 1;
        }
        catch (OperationCanceledException)
        {
            return 0;
        }
    }

    private static async Task<int> RunAsync(Settings line, DaemonConfiguration configuration, TextLogger log)
    {
        // The shims must not get descriptors that the caller left open.
        Descriptors.CloseOnExecute();
        using var starting = new CancellationTokenSource();
        using var hurry = new CancellationTokenSource();
        var stop = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Lifetime.Daemon? daemon = null;
        int asked = 0;

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            Stopping(log, context.Signal);
            starting.Cancel();
            stop.TrySetResult();
            if (++asked >= Impatience)
            {
                hurry.Cancel();
            }
        }

        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            Volatile.Read(ref daemon)?.Reload(line);
        });

        await using Lifetime.Daemon running = await Lifetime.Daemon.StartAsync(configuration, log, starting.Token);
        Volatile.Write(ref daemon, running);
        await stop.Task;
        try
        {
            await running.ShutdownAsync(hurry.Token);
        }
        catch (OperationCanceledException) when (hurry.IsCancellationRequested)
        {
            return 1;
        }

        Stopped(log);
        return 0;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Processing signal {Signal}")]
    private static partial void Stopping(ILogger log, PosixSignal signal);

    [LoggerMessage(Level = LogLevel.Information, Message = "Daemon shutdown complete")]
    private static partial void Stopped(ILogger log);
}
