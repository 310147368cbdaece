using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Processes;

namespace Quai.Daemon.Rootless;

/// <summary>Programs of the host by which an ordinary user gets what only privileged programs can give.</summary>
internal static class HostProgram
{
    private static readonly string[] s_usual = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/sbin"];

    /// <summary>Their environment.</summary>
    public static IReadOnlyList<string> Environment { get; } = ["PATH=" + string.Join(':', s_usual), "LC_ALL=C"];

    /// <summary>The path of a program; null if it is not installed.</summary>
    public static string? Find(string name) => s_usual.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>The path of a program.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="package">Debian's package that has it.</param>
    /// <exception cref="QuaiException">It is not installed.</exception>
    public static string Need(string name, string package) =>
        Find(name) ?? throw QuaiException.Invalid($"without root quaid needs the program {name}, which is not installed (Debian's package {package} has it)");

    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="QuaiException">It failed; the message has its words.</exception>
    public static void Run(string path, IReadOnlyList<string> arguments, int seconds = 10)
    {
        string name = Path.GetFileName(path);
        try
        {
            ShortProgramResult result = ShortProgram.Run(path, [name, .. arguments], Environment, [], seconds);
            if (!result.Succeeded)
            {
                throw QuaiException.System($"{name} failed ({result.Ending}): {result.Output.ReplaceLineEndings("; ")}");
            }
        }
        catch (LinuxException e)
        {
            throw QuaiException.System($"{name} cannot be run: {e.Message}", e);
        }
    }
}
