using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Kanban.Bus.Board.Storage.Migrations.Postgres;

[DbContext(typeof(PostgresBoardDbContext))]
[Migration("20261122000002_Relays")]
public sealed class Relays : SqlMigration;
