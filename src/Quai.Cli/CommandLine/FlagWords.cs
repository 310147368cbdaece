using Quai.CommandLine;
using Quai.Templates;

namespace Quai.Cli.CommandLine;

/// <summary>Errors in a command line, in Docker's words.</summary>
internal static class FlagWords
{
    /// <summary>The sentence before the usage line.</summary>
    public static string Of(FlagException error) => error.Fault switch
    {
        FlagFault.Unknown => error.Letters.Length == 0 ? $"unknown flag: --{error.Name}" : $"unknown shorthand flag: '{error.Name}' in -{error.Letters}",
        FlagFault.NoValue => error.Letters.Length == 0 ? $"flag needs an argument: --{error.Name}" : $"flag needs an argument: '{error.Name}' in -{error.Letters}",
        FlagFault.BadSyntax => $"bad flag syntax: {error.Word}",
        _ => $"invalid argument {GoText.Quote(error.Value)} for \"{Names(error.Flag!)}\" flag: {error.Reason}",
    };

    private static string Names(IFlag flag) => flag.Shorthand == '\0' ? "--" + flag.Name : $"-{flag.Shorthand}, --{flag.Name}";
}
