using Quai.Errors;

namespace Quai.Engine.Containers.Spec;

/// <summary>The values of <c>--security-opt</c>. All users share one parser, so that nothing is accepted by one and ignored by another.</summary>
/// <param name="NoNewPrivileges">Whether execve may grant no new privileges; null if not given.</param>
/// <param name="SeccompProfile">A profile's content, <c>unconfined</c> or <c>builtin</c>; null if not given.</param>
/// <param name="AppArmorProfile">A profile's name; null if not given.</param>
/// <param name="WritableCgroups">Whether the container may change its own cgroups; null if not given.</param>
public sealed record SecurityOptions(bool? NoNewPrivileges, string? SeccompProfile, string? AppArmorProfile, bool? WritableCgroups)
{
    /// <summary>Parses the options, <c>key=value</c> or the older <c>key:value</c>; a later one wins.</summary>
    /// <exception cref="QuaiException">One is unknown, or cannot be honoured.</exception>
    public static SecurityOptions Parse(IEnumerable<string>? options)
    {
        var result = new SecurityOptions(null, null, null, null);
        foreach (string option in options ?? [])
        {
            switch (option)
            {
                case "no-new-privileges":
                    result = result with { NoNewPrivileges = true };
                    continue;
                case "writable-cgroups":
                    result = result with { WritableCgroups = true };
                    continue;
                case "disable":
                    // No SELinux labels: Quai has none.
                    continue;
            }

            int separator = option.IndexOf('=', StringComparison.Ordinal);
            separator = separator >= 0 ? separator : option.IndexOf(':', StringComparison.Ordinal);
            if (separator < 0)
            {
                throw QuaiException.Invalid($"invalid --security-opt 1: \"{option}\"");
            }

            string value = option[(separator + 1)..];
            result = option[..separator] switch
            {
                "label" when value is "disable" => result,
                "label" => throw QuaiException.Invalid($"--security-opt {option} cannot be kept: SELinux labels are not available in this version of Quai; take the option out, or say label=disable"),
                "apparmor" => result with { AppArmorProfile = value },
                "seccomp" => result with { SeccompProfile = value },
                "no-new-privileges" => result with { NoNewPrivileges = Bool(option, value) },
                "writable-cgroups" => result with { WritableCgroups = Bool(option, value) },
                _ => throw QuaiException.Invalid($"invalid --security-opt 2: \"{option}\""),
            };
        }

        return result;
    }

    private static bool Bool(string option, string value) => value switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => throw QuaiException.Invalid($"invalid --security-opt 2: \"{option}\""),
    };
}
