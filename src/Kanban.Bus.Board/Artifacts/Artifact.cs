using Kanban.Bus.Board.Runs;
using Kanban.Bus.Board.Tasks;
using Kanban.Bus.Contracts;
using Microsoft.EntityFrameworkCore;

namespace Kanban.Bus.Board.Artifacts;

/// <summary>A file of a task, announced or stored. Its bytes lie in the <see cref="ArtifactStore"/> under their SHA-256; its name is a label and never a path there.</summary>
public sealed class Artifact
{
    public Guid Id { get; init; }
    public Guid TaskId { get; init; }

    /// <summary>The run that made it; null for an attachment.</summary>
    public Guid? RunId { get; init; }

    public required string Name { get; init; }
    public long SizeBytes { get; set; }

    /// <summary>Hexadecimal, small letters. Before it is stored: as announced, null where nothing was.</summary>
    public string? Sha256 { get; set; }

    public string? ContentType { get; set; }
    public required string By { get; init; }
    public DateTimeOffset DeclaredAt { get; set; }

    /// <summary>Null while it is uploaded.</summary>
    public DateTimeOffset? StoredAt { get; set; }

    public ArtifactKind Kind => RunId is null ? ArtifactKind.Attachment : ArtifactKind.Artifact;

    internal static void Configure(ModelBuilder model) => model.Entity<Artifact>(artifact =>
    {
        artifact.ToTable("artifacts").HasKey(a => a.Id);
        artifact.Property(a => a.Id).ValueGeneratedNever();
        artifact.Ignore(a => a.Kind);
        artifact.HasOne<KanbanTask>().WithMany().HasForeignKey(a => a.TaskId).OnDelete(DeleteBehavior.Cascade);
        artifact.HasOne<Run>().WithMany().HasForeignKey(a => a.RunId).OnDelete(DeleteBehavior.Cascade);
        artifact.HasIndex(a => new { a.TaskId, a.Id });
        artifact.HasIndex(a => new { a.RunId, a.Name }).IsUnique().HasFilter("run_id IS NOT NULL").HasDatabaseName("ux_artifacts_run_name");
        artifact.HasIndex(a => new { a.TaskId, a.Name }).IsUnique().HasFilter("run_id IS NULL").HasDatabaseName("ux_artifacts_attachment_name");
        artifact.HasIndex(a => a.Sha256);
    });
}
