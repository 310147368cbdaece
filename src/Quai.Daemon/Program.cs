using Quai.Daemon.Configuration;
using Quai.Daemon.Logging;
using Quai.Errors;

namespace Quai.Daemon;

/// <summary>quaid.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        DaemonConfiguration configuration;
        try
        {
            Settings line = CommandLine.Parse(arguments);
            if (line.Switch("help", false))
            {
                Console.Write(Flags.Usage());
                return 0;
            }

            if (line.Switch("version", false))
            {
                Console.WriteLine($"Quai version {Product.Version}");
                return 0;
            }

            configuration = DaemonConfiguration.Load(line);
            if (line.Switch("validate", false))
            {
                Console.WriteLine("configuration OK");
                return 0;
            }
        }
        catch (QuaiException e)
        {
            Console.Error.WriteLine(e.Message);
            return e.Message.Contains("--help", StringComparison.Ordinal) ? 125 : 1;
        }

        using var logs = new TextLogger(Console.OpenStandardError(), TimeProvider.System) { Level = configuration.LogLevel, Structured = configuration.StructuredLog };
        try
        {
            await Daemon.RunAsync(configuration, logs);
            return 0;
        }
        catch (QuaiException e)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
        catch (OperationCanceledException)
        {
            // Told to stop before it had started.
            return 0;
        }
    }
}
