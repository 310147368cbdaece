using System.Text;
using Quai.Engine.Containers.Spec;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Processes;

namespace Quai.Engine.Security;

/// <summary>
/// The kernel's AppArmor: which profile confines a container, and the default profile, which is loaded when the daemon starts and again when somebody
/// has unloaded it. If AppArmor is off no container is confined by it, and one that names a profile is refused.
/// </summary>
public sealed class AppArmor
{
    /// <summary>The profile of containers that name none.</summary>
    public const string DefaultProfile = "docker-default";

    /// <summary>The profile name of privileged containers, and of those that request it.</summary>
    public const string Unconfined = "unconfined";

    private const int LoadSeconds = 60;

    private readonly AppArmorHost _host;
    private readonly Lock _loading = new();

    /// <summary>Inspects the host once: AppArmor is enabled or disabled at boot.</summary>
    public AppArmor(AppArmorHost host)
    {
        _host = host;
        IsOn = host.IsOn;
    }

    /// <summary>Whether containers are confined.</summary>
    public bool IsOn { get; }

    /// <summary>Why it cannot be used although the kernel has it enabled, as the end of a sentence; null otherwise.</summary>
    public string? OutOfReach =>
        IsOn || !_host.IsEnabled ? null
        : _host.Nested ? "the variable container says that the daemon itself runs in a container"
        : $"{_host.SecurityFolder} is not there: mount securityfs";

    /// <summary>The profile of a container and of everything executed in it; null if AppArmor is off.</summary>
    /// <exception cref="QuaiException">A profile is named, but AppArmor is off.</exception>
    public string? ProfileOf(SecuritySpec security)
    {
        string? named = security.Options().AppArmorProfile;
        if (IsOn)
        {
            return named is { Length: > 0 } ? named : security.Privileged ? Unconfined : DefaultProfile;
        }

        return named is null or "" or Unconfined
            ? null
            : throw QuaiException.Invalid($"--security-opt apparmor={named} cannot be kept: AppArmor is not enabled on this host; take the option out, or say apparmor=unconfined");
    }

    /// <summary>Loads the default profile if a container needs it and it is not loaded. Other profiles must be loaded by their owners.</summary>
    /// <exception cref="QuaiException">It cannot be loaded.</exception>
    public void Ensure(string? profile)
    {
        if (profile == DefaultProfile && !IsLoaded(DefaultProfile))
        {
            lock (_loading)
            {
                if (!IsLoaded(DefaultProfile))
                {
                    Load();
                }
            }
        }
    }

    /// <summary>Loads the default profile, replacing an older one.</summary>
    /// <exception cref="QuaiException">It cannot be loaded: containers that need it cannot start.</exception>
    public void Load()
    {
        string own = AppArmorHost.ReadSmall(_host.OwnProfile).Split([' ', '\n', '\0'], 2)[0];
        string text = Security.DefaultProfile.Text(DefaultProfile, own.Length > 0 ? own : Unconfined, _host.ProfileFolder);
        if (_host.Parser is not { } parser)
        {
            throw Failed("apparmor_parser is not installed (on Debian and Ubuntu it is in the package apparmor)");
        }

        try
        {
            // K: write no cache. r: replace a loaded one.
            ShortProgramResult result = ShortProgram.Run(parser, ["apparmor_parser", "-Kr"], ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"], Encoding.UTF8.GetBytes(text), LoadSeconds);
            if (!result.Succeeded)
            {
                throw Failed($"running '{parser} -Kr' failed with output: {result.Output}\nerror: {result.Ending}");
            }
        }
        catch (LinuxException e)
        {
            throw Failed($"running '{parser} -Kr' failed: {e.Message}", e);
        }
    }

    private static QuaiException Failed(string why, Exception? inner = null) =>
        QuaiException.System($"AppArmor enabled on system but the {DefaultProfile} profile could not be loaded: {why}", inner);

    /// <summary>Whether the kernel has a profile: its list has a line <c>name (mode)</c> for each.</summary>
    private bool IsLoaded(string name)
    {
        try
        {
            return File.ReadLines(Path.Combine(_host.SecurityFolder, "profiles")).Any(line =>
                line.Length > name.Length && line[name.Length] == ' ' && line.StartsWith(name, StringComparison.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw QuaiException.System($"could not check if {name} AppArmor profile was loaded: {e.Message}", e);
        }
    }
}
