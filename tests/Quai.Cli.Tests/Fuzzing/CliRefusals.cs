using System.Text.Json;
using Quai.Cli.CommandLine;
using Quai.Client;
using Quai.CommandLine;
using Quai.Errors;

namespace Quai.Cli.Tests.Fuzzing;

/// <summary>The errors for which the client's main program has a message; text in JSON that is not Unicode gets the library's.</summary>
internal static class CliRefusals
{
    public static bool Known(Exception error) =>
        error is ExitException or FlagException or FlagValueException or DaemonException or ConnectionException or QuaiException or FormatException or JsonException
        || (error is InvalidOperationException && error.Message.Contains("UTF-", StringComparison.Ordinal));
}
