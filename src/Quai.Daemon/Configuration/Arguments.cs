using Quai.CommandLine;
using Quai.Errors;

namespace Quai.Daemon.Configuration;

/// <summary>Reads the command line as dockerd does: <c>--name=value</c>, <c>--name value</c>, <c>-Hvalue</c>, <c>-Dl debug</c>.</summary>
internal static class Arguments
{
    /// <summary>Reads all arguments.</summary>
    /// <exception cref="QuaiException">One is unknown, lacks its value, or has an invalid one.</exception>
    public static Settings Parse(IReadOnlyList<string> arguments)
    {
        var settings = new Settings();
        var reader = new FlagReader<Flag>(Flags.Table, arguments);
        try
        {
            while (reader.Read())
            {
                if (reader.Flag is not { } flag)
                {
                    throw new WrongFlagException("\"quaid\" accepts no argument(s).");
                }

                try
                {
                    settings.Add(flag, reader.Text);
                }
                catch (FormatException error)
                {
                    throw reader.WrongValue(error.Message);
                }
            }
        }
        catch (FlagException error)
        {
            throw new WrongFlagException(Words(error));
        }

        return settings;
    }

    private static string Words(FlagException error)
    {
        bool letter = error.Letters.Length > 0;
        return error.Fault switch
        {
            FlagFault.Unknown => letter ? $"unknown shorthand flag: '{error.Name}' in {error.Word}" : $"unknown flag: --{error.Name}",
            FlagFault.NoValue => letter ? $"flag needs an argument: '{error.Name}' in {error.Word}" : $"flag needs an argument: --{error.Name}",
            FlagFault.BadSyntax => $"bad flag syntax: {error.Word}",
            _ => $"invalid argument \"{error.Value}\" for \"{(letter ? $"-{error.Name}, --{error.Flag!.Name}" : $"--{error.Name}")}\" flag: {error.Reason}",
        };
    }
}
