using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Kanban.Bus.Board.Storage.Migrations.Postgres;

[DbContext(typeof(PostgresBoardDbContext))]
[Migration("20261122000001_Initial")]
public sealed class Initial : SqlMigration;
