using System.Globalization;
using Quai.Build.Jobs;
using Quai.BuildProtocol.Gateway;
using Quai.BuildProtocol.Llb;
using Quai.Errors;

namespace Quai.BuildKit.Builds;

/// <summary>A build that a client has asked for: the job, and what its calls share.</summary>
/// <param name="job">The job.</param>
/// <param name="inputs">The graphs by name that came with the request.</param>
internal sealed class ClientBuild(IBuildJob job, IReadOnlyDictionary<string, Definition> inputs)
{
    private readonly TaskCompletionSource<ReturnRequest> _returned = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _watched = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Dictionary<string, IBuildRef> _refs = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>The job.</summary>
    public IBuildJob Job => job;

    /// <summary>The graphs by name that came with the request.</summary>
    public IReadOnlyDictionary<string, Definition> Inputs => inputs;

    /// <summary>What the client returns, where it drives the build itself.</summary>
    public Task<ReturnRequest> Returned => _returned.Task;

    /// <summary>Ends when somebody watches the build's progress.</summary>
    public Task Watched => _watched.Task;

    /// <summary>Says that somebody watches.</summary>
    public void Watch() => _watched.TrySetResult();

    /// <summary>Takes what the client returns.</summary>
    /// <exception cref="QuaiException">Kind Conflict: it has returned before.</exception>
    public void Return(ReturnRequest request)
    {
        if (!_returned.TrySetResult(request))
        {
            throw QuaiException.Conflict($"build {job.Id} has returned already");
        }
    }

    /// <summary>Keeps a result for the client's further calls.</summary>
    /// <returns>The id by which the client knows it; empty for an empty result.</returns>
    public string Keep(IBuildRef? result)
    {
        if (result is null)
        {
            return "";
        }

        lock (_gate)
        {
            string id = string.Create(CultureInfo.InvariantCulture, $"{job.Id}:{_refs.Count}");
            _refs.Add(id, result);
            return id;
        }
    }

    /// <summary>Finds a result that was kept.</summary>
    /// <returns>The result; null for the empty one, whose id is empty.</returns>
    /// <exception cref="QuaiException">Kind NotFound: there is none.</exception>
    public IBuildRef? Find(string id)
    {
        if (id.Length == 0)
        {
            return null;
        }

        lock (_gate)
        {
            return _refs.GetValueOrDefault(id) ?? throw QuaiException.NotFound($"no such ref: {id}");
        }
    }
}
