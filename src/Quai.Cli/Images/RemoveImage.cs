using Quai.Api.Images;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Cli.Http;
using Quai.Cli.Streams;
using Quai.Client;

namespace Quai.Cli.Images;

/// <summary><c>quai rmi</c>. With <c>--all</c>, which Docker lacks, removes every image.</summary>
internal sealed class RemoveImage : Command
{
    private readonly Flag<bool> _all;
    private readonly Flag<bool> _force;
    private readonly Flag<bool> _noPrune;
    private readonly ListFlag<string> _platforms;

    public RemoveImage(string path)
        : base(path)
    {
        _all = Flags.Bool("all", 'a', "Remove all images; with --force also those that stopped containers use");
        _force = Flags.Bool("force", 'f', "Remove it even if it is used");
        _noPrune = Flags.Bool("no-prune", '\0', "Keep parents that have no name");
        _platforms = Flags.List("platform", '\0', "Remove only the image of this platform");
    }

    public override string Usage => "[OPTIONS] IMAGE [IMAGE...]";

    public override string Summary => "Remove one or more images";

    // At least one, unless all are meant.
    public override ArgumentCount Arguments => ArgumentCount.AtLeast(_all.Value ? 0 : 1);

    public override int Execute(Session session, List<string> arguments)
    {
        if (_all.Value)
        {
            return RemoveAll(session, arguments);
        }

        var errors = new List<string>();
        bool fatal = false;
        foreach (string name in arguments)
        {
            try
            {
                Remove(session, name, _force.Value);
            }
            catch (DaemonException error)
            {
                fatal |= error.Status != 404;
                errors.Add(error.Message);
            }
        }

        if (errors.Count > 0 && (!_force.Value || fatal))
        {
            throw new ExitException(1, string.Join('\n', errors));
        }

        errors.ForEach(session.Error.WriteLine);
        return 0;
    }

    private int RemoveAll(Session session, List<string> arguments)
    {
        if (arguments.Count > 0)
        {
            throw new ExitException(1, "images cannot be named together with --all/-a");
        }

        if (!_force.Value && Input.IsTerminal)
        {
            session.Confirm("WARNING! This will remove all images.\nAre you sure you want to continue?");
        }

        // Derived images are newer than their parents; if times lie, the next round finds them unused.
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        for (int left = int.MaxValue; ;)
        {
            List<ImageSummary> images = session.Engine.Images.ListAsync(all: true).Await();
            if (images.Count == 0 || images.Count >= left)
            {
                break;
            }

            left = images.Count;
            errors.Clear();
            foreach (ImageSummary image in images)
            {
                RemoveWhole(session, image, errors);
            }
        }

        return errors.Count == 0 ? 0 : throw new ExitException(1, string.Join('\n', errors.Values.Distinct()));
    }

    private void RemoveWhole(Session session, ImageSummary image, Dictionary<string, string> errors)
    {
        // With force an image is removed with all its names. Otherwise name by name: then one that comes into use meanwhile keeps its last.
        string[] names = _force.Value ? [] : [.. image.RepoTags];
        foreach (string name in names.Length == 0 ? [image.Id] : names)
        {
            try
            {
                if (names.Length > 1 && IsUsed(session, image.Id))
                {
                    errors[image.Id] = $"Error response from daemon: conflict: unable to delete {Units.ShortId(image.Id)} (must be forced) - image is being used by a container";
                    return;
                }

                Remove(session, name, _force.Value);
            }
            catch (DaemonException error) when (error.Status == 404)
            {
                // It was removed with another: with a child, or with the same name for another platform.
            }
            catch (DaemonException error)
            {
                errors[image.Id] = error.Message;
            }
        }
    }

    private static bool IsUsed(Session session, string id) =>
        session.Engine.Containers.ListAsync(all: true).Await().Any(c => c.ImageID == id);

    private void Remove(Session session, string name, bool force)
    {
        List<DistributionPlatform> platforms = [.. _platforms.Values.Select(p => Platforms.Parse(p)).OfType<DistributionPlatform>()];
        foreach (ImageDeleteItem item in session.Engine.Images.RemoveAsync(name, force, _noPrune.Value, platforms).Await())
        {
            session.Out.WriteLine(item.Deleted is { Length: > 0 } id ? "Deleted: " + id : "Untagged: " + item.Untagged);
        }
    }
}
