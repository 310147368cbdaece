using Quai.Cli.CommandLine;

namespace Quai.Cli.Registries;

/// <summary>
/// Where credentials are: with the helper that <c>credHelpers</c> names for the registry, else in the store that <c>credsStore</c> names, else in the
/// file. What a helper stores is never in the file.
/// </summary>
internal sealed class CredentialStore(string folder)
{
    /// <summary>The credentials for a registry; null for none.</summary>
    public Credentials? Get(string key)
    {
        ClientConfig config = ClientConfig.LoadOrWarn(folder);
        if (Helper(config, key) is not { } helper)
        {
            return config.Find(key);
        }

        if (helper.Get(key) is { IsEmpty: false } found)
        {
            return found;
        }

        // Older clients stored whole addresses.
        string? other = Names(helper).FirstOrDefault(n => n != key && RegistryKey.HostOf(n) == RegistryKey.HostOf(key));
        return other is not null && helper.Get(other) is { IsEmpty: false } older ? older : null;
    }

    /// <summary>All credentials, by the names that they are stored by.</summary>
    public IReadOnlyList<(string Server, Credentials Credentials)> All()
    {
        ClientConfig config = ClientConfig.LoadOrWarn(folder);
        IEnumerable<string> servers = config.Servers.Concat(Helper(config, "") is { } helper ? Names(helper) : []).Distinct().Order(StringComparer.Ordinal);
        return [.. servers.Select(server => (server, Get(server))).Where(one => one.Item2 is { IsEmpty: false }).Select(one => (one.server, one.Item2!))];
    }

    /// <summary>Stores credentials.</summary>
    /// <returns>The file that contains them unencrypted; null if a helper has them.</returns>
    public string? Store(string key, Credentials credentials)
    {
        ClientConfig config = ClientConfig.Load(folder);
        string? detected = Detect(config);
        if (Helper(config, key) is { } helper)
        {
            helper.Store(key, credentials);
            config.Set(key, null);
            if (detected is not null)
            {
                config.SetStore(detected);
            }

            config.Save();
            return null;
        }

        config.Set(key, credentials);
        config.Save();
        return config.Path;
    }

    /// <summary>Removes a registry, under all names that it was ever stored by.</summary>
    /// <returns>What could not be removed, and why.</returns>
    public IReadOnlyList<(string Key, string Reason)> Erase(string key)
    {
        ClientConfig config = ClientConfig.Load(folder);
        string host = RegistryKey.HostOf(key);
        List<string> names = key == RegistryKey.Hub ? [key] : [host, "http://" + host, "https://" + host];
        List<(string, string)> failures = [];
        bool changed = false;
        foreach (string name in names)
        {
            try
            {
                Helper(config, name)?.Erase(name);
                changed |= config.Remove(name);
            }
            catch (ExitException error)
            {
                failures.Add((name, error.Message));
            }
        }

        if (changed)
        {
            config.Save();
        }

        return failures;
    }

    private static IEnumerable<string> Names(CredentialHelper helper)
    {
        try
        {
            return helper.List().Keys;
        }
        catch (ExitException)
        {
            // Not every helper can list.
            return [];
        }
    }

    private static CredentialHelper? Helper(ClientConfig config, string key)
    {
        string named = config.HelperFor(key);
        string? name = named.Length > 0 ? named : Detect(config);
        return name is null ? null : new CredentialHelper(name);
    }

    /// <summary>The machine's own store, if nothing else was chosen and nothing is in the file yet.</summary>
    private static string? Detect(ClientConfig config) =>
        !config.SaysNothing ? null
        : CredentialHelper.IsInstalled("pass") && CredentialHelper.IsInstalled("docker-credential-pass") ? "pass"
        : CredentialHelper.IsInstalled("docker-credential-secretservice") && Environment.GetEnvironmentVariable("DBUS_SESSION_BUS_ADDRESS") is { Length: > 0 } ? "secretservice"
        : null;
}
