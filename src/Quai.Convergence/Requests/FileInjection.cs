using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Quai.Archives;
using Quai.Compose.Model;
using Quai.Compose.Model.Services;

namespace Quai.Convergence.Requests;

/// <summary>The secrets and configs that are copied into containers, as they are no files of the host.</summary>
public static class FileInjection
{
    private const int SaltSize = 16, Rounds = 10_000;

    /// <summary>The archive to unpack at a container's root; null where there is nothing to copy.</summary>
    /// <param name="project">The project.</param>
    /// <param name="service">The service.</param>
    /// <exception cref="ConvergenceException">A variable is not set, or the container's root is read-only.</exception>
    public static MemoryStream? Archive(ComposeProject project, ComposeService service)
    {
        List<(string Target, byte[] Content, ServiceFile File)> files = Files(project, service);
        if (files.Count == 0)
        {
            return null;
        }

        if (service.ReadOnly)
        {
            throw new ConvergenceException($"cannot create \"{files[0].File.Source}\" in read-only service {service.Name}: `file` is the sole supported option");
        }

        MemoryStream archive = new();
        TarWriter writer = new(archive);
        foreach ((string target, byte[] content, ServiceFile file) in files)
        {
            writer.WriteHeader(new TarHeader
            {
                Type = TarEntryType.File,
                Name = Encoding.UTF8.GetBytes(target),
                Size = content.Length,
                Mode = (uint)(file.Mode ?? 0x124), // 0444
                Uid = Number(file.Uid, file),
                Gid = Number(file.Gid, file),
                Modified = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
            });
            writer.Write(content);
        }

        writer.Finish();
        archive.Position = 0;
        return archive;
    }

    /// <summary>
    /// The hash of what is copied, by which a change is known; null where there is nothing to copy. It is another one each time, and slow to try, as anybody who sees a container may
    /// see it, and secrets may be short.
    /// </summary>
    /// <param name="project">The project.</param>
    /// <param name="service">The service.</param>
    /// <exception cref="ConvergenceException">A variable is not set.</exception>
    public static string? Hash(ComposeProject project, ComposeService service) => Hash(project, service, RandomNumberGenerator.GetBytes(SaltSize));

    /// <summary>Whether a hash is of what would be copied.</summary>
    /// <param name="project">The project.</param>
    /// <param name="service">The service.</param>
    /// <param name="hash">The hash.</param>
    /// <exception cref="ConvergenceException">A variable is not set.</exception>
    public static bool IsHash(ComposeProject project, ComposeService service, string hash)
    {
        byte[] salt = new byte[SaltSize];
        return Convert.FromHexString(hash.AsSpan(0, Math.Min(hash.Length, SaltSize * 2)), salt, out _, out int length) == System.Buffers.OperationStatus.Done && length == SaltSize && hash == Hash(project, service, salt);
    }

    private static string? Hash(ComposeProject project, ComposeService service, byte[] salt)
    {
        List<(string Target, byte[] Content, ServiceFile File)> files = Files(project, service);
        if (files.Count == 0)
        {
            return null;
        }

        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach ((string target, byte[] content, _) in files.OrderBy(file => file.Target, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{target}\0{content.Length}\0")));
            hash.AppendData(content);
        }

        return Convert.ToHexStringLower([.. salt, .. Rfc2898DeriveBytes.Pbkdf2(hash.GetHashAndReset(), salt, Rounds, HashAlgorithmName.SHA256, 32)]);
    }

    private static List<(string Target, byte[] Content, ServiceFile File)> Files(ComposeProject project, ComposeService service)
    {
        List<(string Target, byte[] Content, ServiceFile File)> files = [];
        foreach (ServiceFile secret in service.Secrets)
        {
            if (Content(project, project.Secrets.GetValueOrDefault(secret.Source), "secret") is { } content)
            {
                files.Add((MountRequests.FileTarget(secret, "/run/secrets/"), content, secret));
            }
        }

        foreach (ServiceFile config in service.Configs)
        {
            if (Content(project, project.Configs.GetValueOrDefault(config.Source), "config") is { } content)
            {
                files.Add((MountRequests.FileTarget(config, "/"), content, config));
            }
        }

        return files;
    }

    private static byte[]? Content(ComposeProject project, ComposeFileObject? defined, string kind)
    {
        if (defined is null or { IsExternal: true })
        {
            return null;
        }

        if (defined.Environment.Length > 0)
        {
            return Encoding.UTF8.GetBytes(project.Environment.GetValueOrDefault(defined.Environment)
                ?? throw new ConvergenceException($"environment variable \"{defined.Environment}\" required by {kind} \"{defined.Name}\" is not set"));
        }

        return defined.Content.Length > 0 ? Encoding.UTF8.GetBytes(defined.Content) : null;
    }

    private static uint Number(string text, ServiceFile file) => text.Length == 0 ? 0
        : uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) ? number
        : throw new ConvergenceException($"{file.Source}: \"{text}\" is not the number of a user or group");
}
