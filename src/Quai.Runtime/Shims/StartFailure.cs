using Quai.Linux;
using Quai.Runtime.Specs;

namespace Quai.Runtime.Shims;

/// <summary>Turns the step that failed into the error a user reads.</summary>
internal static class StartFailure
{
    /// <summary>Program not found is 127, not executable 126, all else 128; in Docker's words.</summary>
    public static RuntimeStartException Of(string step, int errno)
    {
        if (!step.StartsWith(SpecCompiler.ExecutePrefix, StringComparison.Ordinal))
        {
            return new RuntimeStartException($"{step}: {Errno.Message(errno)}", 128, errno);
        }

        string name = step[SpecCompiler.ExecutePrefix.Length..];
        return errno switch
        {
            Errno.ENOENT when !name.Contains('/', StringComparison.Ordinal) => new RuntimeStartException($"exec: \"{name}\": executable file not found in $PATH", 127, errno),
            Errno.ENOENT => new RuntimeStartException($"exec: \"{name}\": stat {name}: no such file or directory", 127, errno),
            Errno.EISDIR => new RuntimeStartException($"exec: \"{name}\": is a directory", 126, errno),
            _ => new RuntimeStartException($"exec: \"{name}\": {Errno.Message(errno)}", 126, errno),
        };
    }
}
