using System.Text.Json;
using Quai.Cli.CommandLine;
using Quai.Cli.Compose;
using Quai.Client;
using Quai.Errors;
using Quai.Linux;

namespace Quai.Cli;

internal static class Program
{
    private static int Main(string[] words)
    {
        try
        {
            return CommandTree.Run(StandaloneCompose.IsCalled() ? StandaloneCompose.Words(words) : words);
        }
        catch (ExitException exit)
        {
            Print(exit.Message);
            return exit.Code;
        }
        catch (Exception error) when (error is DaemonException or ConnectionException or QuaiException or LinuxException or FormatException)
        {
            Print(error.Message);
            return 1;
        }
        catch (JsonException error)
        {
            Print("invalid answer from the daemon: " + error.Message);
            return 1;
        }
        catch (Exception error)
        {
            // The last resort: one sentence and no stack trace.
            Print(error.Message);
            return 1;
        }
    }

    private static void Print(string message)
    {
        if (message.Length > 0)
        {
            new Streams.Output(2).WriteLine(message);
        }
    }
}
