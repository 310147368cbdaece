using Quai.Errors;
using Quai.Linux;
using Quai.Plans;
using Quai.Runtime.Specs;

namespace Quai.Runtime.Shims;

/// <summary>Turns the failed step into the error that a user reads.</summary>
public static class StartFailure
{
    /// <summary>Program not found is 127, not executable 126, everything else 128; in Docker's words.</summary>
    /// <param name="step">What the step does.</param>
    /// <param name="errno">The errno, or a <see cref="PlanError"/>.</param>
    /// <param name="text">What a hook that failed has printed.</param>
    public static RuntimeStartException Of(string step, int errno, string text = "")
    {
        // Paths and names come from the image; clients show errors unfiltered on terminals.
        step = Printable(step);
        if (!step.StartsWith(SpecCompiler.ExecutePrefix, StringComparison.Ordinal))
        {
            text = Printable(text.Trim());
            return new RuntimeStartException($"{step}: {Reason(errno)}{(text.Length > 0 ? ": " + text : "")}", 128, errno);
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

    /// <summary>The log's server could not be reached.</summary>
    /// <param name="failure">See <see cref="Logging.LogServer.Failure"/>.</param>
    /// <param name="errno">Why.</param>
    public static QuaiException OfLog(string failure, int errno) => QuaiException.System(
        $"failed to create task for container: failed to initialize logging driver: {failure}{(failure.EndsWith("connect", StringComparison.Ordinal) ? ": " + Errno.Message(errno) : "")}");

    private static string Reason(int errno) => errno switch
    {
        PlanError.InsideProcfs => "it lies inside of /proc, where nothing may be mounted",
        PlanError.LinkInTheWay => "it is a symbolic link, or is reached by one: a directory of its own is needed there",
        PlanError.WrongFileSystem => "it is not on the file system of the kernel that it should be on",
        PlanError.WrongDevice => "it is not the device that it should be",
        PlanError.OutsideRoot => "it lies outside of the container's root",
        PlanError.NoProcfs => "before Linux 6.18 a process namespace that is joined needs a process in it that has its procfs at /proc, and to be named by that process's /proc/PID/ns/pid",
        PlanError.NoNftables => "the kernel lacks nf_tables: the module nf_tables is needed",
        PlanError.HookTime => "it did not end within its time",
        >= PlanError.HookKilled and < PlanError.HookEnd => $"it was ended by signal {errno - PlanError.HookKilled}",
        >= PlanError.HookExited and < PlanError.HookKilled => $"it failed with exit code {errno - PlanError.HookExited}",
        _ => Errno.Message(errno),
    };

    private static string Printable(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? $"\\x{(int)c:x2}" : c.ToString())) : text;
}
