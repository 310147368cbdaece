using System.Diagnostics;
using Quai.Errors;
using Quai.Oci.Runtime;

namespace Quai.RuntimeCommand;

/// <summary>Runs a config's hooks: each gets the container's state on its stdin; the first that fails ends the operation.</summary>
internal static class HookRunner
{
    public static void Run(IReadOnlyList<Hook> hooks, RuntimeState state)
    {
        foreach (Hook hook in hooks)
        {
            ProcessStartInfo info = new(hook.Path) { RedirectStandardInput = true, RedirectStandardError = true };
            foreach (string argument in (hook.Args ?? []).Skip(1))
            {
                info.ArgumentList.Add(argument);
            }

            info.Environment.Clear();
            foreach (string pair in hook.Env ?? [])
            {
                int equals = pair.IndexOf('=', StringComparison.Ordinal);
                if (equals > 0)
                {
                    info.Environment[pair[..equals]] = pair[(equals + 1)..];
                }
            }

            using System.Diagnostics.Process process = System.Diagnostics.Process.Start(info)!;
            process.StandardInput.BaseStream.Write(state.ToJson());
            process.StandardInput.Close();
            if (!process.WaitForExit(TimeSpan.FromSeconds(hook.Timeout is > 0 and { } seconds ? seconds : 60)))
            {
                process.Kill();
                throw QuaiException.System($"hook {hook.Path} did not end within its time");
            }

            if (process.ExitCode != 0)
            {
                throw QuaiException.System($"hook {hook.Path} failed with exit code {process.ExitCode}: {process.StandardError.ReadToEnd().Trim()}");
            }
        }
    }
}
