using Quai.Errors;

namespace Quai.Engine.Specs;

/// <summary>What <c>--security-opt</c> said.</summary>
/// <param name="NoNewPrivileges">Whether execve may give no more privileges; null when not said.</param>
/// <param name="SeccompProfile">A profile's content, <c>unconfined</c> or <c>builtin</c>; null when not said.</param>
/// <param name="AppArmorProfile">A profile's name; null when not said.</param>
public sealed record SecurityOptions(bool? NoNewPrivileges, string? SeccompProfile, string? AppArmorProfile)
{
    /// <summary>Reads the options, <c>key=value</c> or, as of old, <c>key:value</c>. Labels are for SELinux and mean nothing here.</summary>
    /// <exception cref="QuaiException">One is not known.</exception>
    public static SecurityOptions Parse(IEnumerable<string>? options)
    {
        bool? noNewPrivileges = null;
        string? seccomp = null, appArmor = null;
        foreach (string option in options ?? [])
        {
            if (option is "no-new-privileges")
            {
                noNewPrivileges = true;
                continue;
            }

            if (option is "disable")
            {
                continue;
            }

            int separator = option.IndexOf('=', StringComparison.Ordinal);
            separator = separator >= 0 ? separator : option.IndexOf(':', StringComparison.Ordinal);
            if (separator < 0)
            {
                throw QuaiException.Invalid($"invalid --security-opt 1: \"{option}\"");
            }

            string value = option[(separator + 1)..];
            switch (option[..separator])
            {
                case "label":
                    break;
                case "apparmor":
                    appArmor = value;
                    break;
                case "seccomp":
                    seccomp = value;
                    break;
                case "no-new-privileges":
                    noNewPrivileges = value switch
                    {
                        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
                        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
                        _ => throw QuaiException.Invalid($"invalid --security-opt 2: \"{option}\""),
                    };
                    break;
                default:
                    throw QuaiException.Invalid($"invalid --security-opt 2: \"{option}\"");
            }
        }

        return new SecurityOptions(noNewPrivileges, seccomp, appArmor);
    }
}
